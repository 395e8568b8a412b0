import { z } from 'zod';
import { faultCodes } from './fault-codes.js';

/** Why something that can be expected to go wrong did. The words for a person are in the catalogues, under `faults.<code>`. */
export const faultSchema = z.object({
  code: z.enum(faultCodes),
  /** Values for the message's placeholders. Never a secret. */
  params: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  /** What the engine, the system or a library said, in its own words; for a log or a support ticket. */
  detail: z.string().optional(),
});

export type Fault = z.infer<typeof faultSchema>;
export type FaultCode = Fault['code'];
export type FaultParams = NonNullable<Fault['params']>;

export type Result<Value, Failure = Fault> = { ok: true; value: Value } | { ok: false; error: Failure };

export function ok(): Result<void, never>;
export function ok<Value>(value: Value): Result<Value, never>;
export function ok<Value>(value?: Value): Result<Value | undefined, never> {
  return { ok: true, value };
}

/** A failure as a value. `detail` is kept word for word; it must not hold a secret. */
export function fail(code: FaultCode, params?: FaultParams, detail?: string): { ok: false; error: Fault } {
  return { ok: false, error: fault(code, params, detail) };
}

export function fault(code: FaultCode, params?: FaultParams, detail?: string): Fault {
  return {
    code,
    ...(params === undefined ? {} : { params }),
    ...(detail === undefined ? {} : { detail }),
  };
}
