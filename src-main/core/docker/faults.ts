import { z } from 'zod';
import { fault, type Fault, type FaultCode, type FaultParams } from '../../../src-shared/model/result.js';

/** What is known about the call that failed, for the placeholders of the messages. */
export interface FaultContext {
  endpoint: string;
  /** True when this engine has answered before: then it is lost, not absent. */
  hasAnswered: boolean;
  image?: string;
}

/** What the engine or the socket to it said, whatever library it came through. */
export interface EngineProblem {
  /** The HTTP status, or null when no answer came. */
  status: number | null;
  /** The system's error code, e.g. `ECONNREFUSED`. */
  systemCode: string | null;
  message: string;
}

/** The longest piece of an engine's own words that goes into a message. */
const longestReason = 300;

const thrownSchema = z.object({
  statusCode: z.number().optional(),
  code: z.string().optional(),
  message: z.string().optional(),
  json: z.object({ message: z.string() }).optional().catch(undefined),
});

/** Reads what dockerode or Node threw. The engine's own sentence, without the library's wrapping, where there is one. */
export function readProblem(thrown: unknown): EngineProblem {
  const { statusCode, code, message, json } = thrownSchema.safeParse(thrown).data ?? {};
  return {
    status: statusCode ?? null,
    systemCode: code ?? null,
    message: (json?.message ?? message ?? String(thrown)).trim(),
  };
}

interface Rule {
  when: RegExp;
  code: FaultCode;
  params?: (groups: Partial<Record<string, string>>, context: FaultContext) => FaultParams;
}

const path = ({ path }: Partial<Record<string, string>>): FaultParams => ({ path: path ?? '?' });

/**
 * The engine's sentences, most telling first: the HTTP status alone says little (an exhausted address
 * range is a 404, a taken port a 500). Collected from engine 20.10; those marked with a version are from
 * the sources of later ones. A sentence that changes becomes `engine-error`, never a wrong code.
 */
const rules: Rule[] = [
  { when: /no space left on device/i, code: 'container-no-space' },
  {
    when: /non-overlapping IPv4 address pool|all predefined address pools have been fully subnetted/i, // the latter: 28
    code: 'container-network-exhausted',
  },
  {
    when: /(?:port is already allocated|address already in use)/i,
    code: 'container-port-taken',
  },
  {
    when: /(?:adding custom device|adding device) "(?<path>[^"]+)".*no such file or directory/i,
    code: 'container-device-gone',
    params: path,
  },
  { when: /adding custom device "(?<path>[^"]+)"/i, code: 'container-device-refused', params: path },
  {
    // A pseudo-terminal is bind-mounted: a source below /dev that is gone was the port.
    when: /bind source path does not exist: (?<path>\/dev\/\S+)/i,
    code: 'container-device-gone',
    params: path,
  },
  { when: /bind source path does not exist: (?<path>.+)$/i, code: 'container-mount-missing', params: path },
  { when: /error mounting "(?<path>[^"]+)" to rootfs/i, code: 'container-mount-missing', params: path },
  { when: /OOM-killed|out of memory/i, code: 'container-out-of-memory' }, // runc 1.1
  {
    when: /no such image: (?:[^ ]+: No such image: )?(?<image>\S+)/i,
    code: 'image-missing',
    params: ({ image }, context) => ({ image: context.image ?? image ?? '?' }),
  },
  { when: /no such container|no such exec/i, code: 'container-gone' },
  { when: /container \S+ is (?:not running|paused|restarting)/i, code: 'container-not-running' },
  { when: /marked for removal|removal of container \S+ is already in progress/i, code: 'container-gone' },
  {
    when: /exec: "?(?<program>[^":]+)"?: (?<reason>.+?)(?:: unknown)?$/i,
    code: 'container-command-failed',
    params: ({ program, reason }) => ({
      reason: `${program ?? ''}: ${reason ?? ''}`.slice(0, longestReason),
    }),
  },
];

/** Layers of the engine that each put their own words before what happened. */
const wrapping =
  /^(?:failed to create (?:shim )?task(?: for container)?|OCI runtime (?:create|exec) failed|runc (?:create|exec) failed|exec failed|unable to start container process|error during container init|Error response from daemon): /i;

function cleanReason(message: string): string {
  let reason = message.split('\n')[0] ?? '';
  while (wrapping.test(reason)) reason = reason.replace(wrapping, '');
  return reason.replace(/: unknown$/, '').slice(0, longestReason);
}

const lostCodes = new Set([
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ECONNABORTED',
  'EAI_AGAIN',
  'UND_ERR_SOCKET',
]);
const absentCodes = new Set([
  'ENOENT',
  'ECONNREFUSED',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTSOCK',
]);

/** Whether a problem is one of reaching the engine, not the engine's answer. */
export function isUnreachable({ status, systemCode }: EngineProblem): boolean {
  return (
    status === null &&
    systemCode !== null &&
    (lostCodes.has(systemCode) || absentCodes.has(systemCode) || forbiddenCodes.has(systemCode))
  );
}

const forbiddenCodes = new Set(['EACCES', 'EPERM']);

/** The coded fault for what went wrong; the engine's own words go into `detail`, never a raw JSON or a stack. */
export function toFault(problem: EngineProblem, context: FaultContext): Fault {
  const { message, status, systemCode } = problem;
  if (status === null && systemCode !== null && isUnreachable(problem)) {
    if (forbiddenCodes.has(systemCode))
      return fault('engine-refused', { endpoint: context.endpoint }, message);
    if (context.hasAnswered) return fault('engine-lost', undefined, message);
    return fault('engine-absent', { endpoint: context.endpoint }, message);
  }
  for (const { when, code, params } of rules) {
    const match = when.exec(message);
    if (match === null) continue;
    if (code === 'container-port-taken') return fault(code, takenPort(message), message);
    return fault(code, params?.(match.groups ?? {}, context), message);
  }
  return fault('engine-error', { reason: cleanReason(message) }, message);
}

/** The one port that was refused, as the range of the message: whoever has tried several says so itself. */
function takenPort(message: string): FaultParams {
  const port = Number(/127\.0\.0\.1:(\d+)/.exec(message)?.[1] ?? 0);
  return { first: port, last: port };
}
