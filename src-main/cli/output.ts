import type { Messages } from '../../src-shared/messages/messages.js';
import type { Fault } from '../../src-shared/model/result.js';
import type { Verdict } from '../../src-shared/model/run.js';

/** Exit codes are part of the command line's contract; scripts and Jenkins read them. */
export const exitCodes = {
  ok: 0,
  PASS: 0,
  FAIL: 1,
  ERROR: 2,
  TIMEOUT: 3,
  ABORTED: 4,
  /** Wrong usage, `EX_USAGE` of sysexits.h. */
  usage: 64,
} as const satisfies Record<Verdict | 'ok' | 'usage', number>;

/** Where a command writes: results to standard output, everything else to standard error. */
export interface Output {
  readonly messages: Messages;
  readonly json: boolean;
  /** One JSON object a line, with `type` and `at`; nothing without `--json`. */
  event(type: string, body: Record<string, unknown>): void;
  /** A line for a person on standard output; nothing with `--json`. */
  line(text: string): void;
  /** A line on standard error, in both modes. */
  note(text: string): void;
  /** A fault in words, and with `--json` as an object too. */
  fault(fault: Fault): void;
}

export interface Streams {
  out: (text: string) => void;
  err: (text: string) => void;
  /** Resolves when standard output takes more: who writes without end waits for it. */
  drained?: () => Promise<void>;
}

export function createOutput(messages: Messages, json: boolean, streams: Streams): Output {
  const event: Output['event'] = (type, body) => {
    if (json) streams.out(`${JSON.stringify({ type, at: new Date().toISOString(), ...body })}\n`);
  };
  return {
    messages,
    json,
    event,
    line: (text) => {
      if (!json) streams.out(`${text}\n`);
    },
    note: (text) => streams.err(`${text}\n`),
    fault(fault) {
      event('fault', { ...fault, message: messages.what(fault), remedy: messages.remedy(fault) });
      streams.err(`${messages.what(fault)} ${messages.remedy(fault)}\n`);
    },
  };
}

/** Columns padded to their widest cell; control characters never reach a terminal. */
export function formatTable(header: string[], rows: string[][]): string {
  const clean = [header, ...rows].map((row) => row.map((cell) => cell.replace(/\p{Cc}/gu, '·')));
  const widths = header.map((_, column) => Math.max(...clean.map((row) => (row[column] ?? '').length)));
  return clean
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
