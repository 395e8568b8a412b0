import { StringDecoder } from 'node:string_decoder';
import type { Fault } from '../../../src-shared/model/result.js';
import { sleep, type Clock } from '../clock.js';
import { lineEndings, type Conversation } from '../recipes/test-schema.js';
import type { SerialPort } from '../serial/serial-port.js';

/** How much of what the unit said a pattern is searched in, in characters; older text is forgotten. */
const windowLimit = 16 * 1024;
/** How much of what the unit said is kept for measurements, in characters. */
const outputLimit = 1024 * 1024;
/**
 * A match that ends where the text ends may be half a word: `vcc=3.` of `vcc=3.30`. It counts when nothing
 * more came for this long, in ms: at 300 baud a character takes 33 ms.
 */
const quiet = 120;

/**
 * How long an end that is waited for may be put off by a unit that goes on talking, in ms: some never fall silent.
 */
const longestRest = 1000;

/** How a conversation ended, with what was said until then. */
export interface Conversed {
  /** `late`: the unit did not say what `step` (from 1) expects within its limit. */
  end: 'done' | 'late' | 'gone' | 'stopped';
  step: number;
  /** Why the port went, for `gone`. */
  fault: Fault | null;
  /** What the unit said, with `\n` for every end of a line; what it said before the first question is none of it. */
  output: string;
  /** More was said than is kept. */
  truncated: boolean;
  groups: Record<string, string>;
}

/** Holds one conversation over an open port, step by step, until it is over or the signal aborts. The port stays open. */
export async function converse(options: {
  conversation: Conversation;
  port: Pick<SerialPort, 'data' | 'closed' | 'write' | 'isOpen'>;
  clock: Clock;
  signal: AbortSignal;
  /** Something is looked for in `output`: it ends with a whole line then, not in the middle of a value. */
  readsOutput: boolean;
  onStep: (index: number) => void;
  onHeard: (text: string) => void;
  onSent: (text: string) => void;
}): Promise<Conversed> {
  const { conversation, port, clock, signal, readsOutput, onStep, onHeard, onSent } = options;
  const decoder = new StringDecoder('utf8');
  const lineEnds = createLineEnds();
  const groups: Record<string, string> = {};
  const gone = new AbortController();
  const stopped = AbortSignal.any([signal, gone.signal]);
  let output = '';
  let truncated = false;
  /** What patterns are searched in, from `next` on; what stands before only tells them where a line begins. */
  let heard = '';
  let next = 0;
  let goneFault: Fault | null = null;
  let wake = (): void => undefined;

  const subscriptions = [
    port.data.subscribe((bytes) => {
      const raw = decoder.write(bytes);
      onHeard(raw);
      const text = lineEnds(raw);
      heard += text;
      const old = heard.length - windowLimit;
      if (old > 0) {
        heard = heard.slice(old);
        next = Math.max(next - old, 1);
      }
      if (output.length < outputLimit) output += text;
      else truncated = true;
      wake();
    }),
    port.closed.subscribe((fault) => {
      goneFault = fault;
      gone.abort();
    }),
  ];

  /** Resolves with true when more was heard, with false after `ms` or when stopped. */
  function more(ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const waiting = new AbortController();
      const finish = (answer: boolean): void => {
        wake = () => undefined;
        waiting.abort();
        resolve(answer);
      };
      wake = () => finish(true);
      void sleep(clock, ms, AbortSignal.any([stopped, waiting.signal])).then(() => finish(false));
    });
  }

  // By timers, not by the time of day: that may be set in the middle of a test, and the unit is not late for it.
  async function expect(pattern: RegExp, within: number): Promise<boolean> {
    const search = new RegExp(pattern.source, `${pattern.flags}g`);
    const time = { isUp: false, isOver: false };
    const limits = [
      clock.after(within, () => {
        time.isUp = true;
        wake();
      }),
      clock.after(within + longestRest, () => (time.isOver = true)),
    ];
    try {
      for (;;) {
        search.lastIndex = next;
        const match = search.exec(heard);
        if (match !== null) {
          const end = match.index + match[0].length;
          if (end === heard.length && !time.isOver && (await more(quiet))) continue;
          if (stopped.aborted) return false;
          for (const [name, value] of Object.entries(match.groups ?? {})) groups[name] = value;
          next = end;
          return true;
        }
        if (time.isUp || stopped.aborted) return false;
        await more(within);
      }
    } finally {
      for (const limit of limits) limit.dispose();
    }
  }

  /** Lets the unit say what it is in the middle of. */
  async function rest(): Promise<void> {
    const time = { isOver: false };
    const limit = clock.after(longestRest, () => (time.isOver = true));
    while (!time.isOver && (await more(quiet)));
    limit.dispose();
  }

  async function say(): Promise<Conversed> {
    const ended = (end: Conversed['end'], step: number): Conversed => ({
      end: end === 'done' ? end : signal.aborted ? 'stopped' : gone.signal.aborted ? 'gone' : end,
      step,
      fault: goneFault,
      output,
      truncated,
      groups,
    });
    if (!port.isOpen) gone.abort();
    let hasExpected = false;
    for (const [index, { wait, send, expect: pattern, within }] of conversation.steps.entries()) {
      const step = index + 1;
      onStep(step);
      if (wait !== undefined) await sleep(clock, wait, stopped);
      if (stopped.aborted) return ended('gone', step);
      if (send !== undefined) {
        // An answer comes after its question: what was said before is none.
        heard = '';
        next = 0;
        if (!hasExpected) output = '';
        onSent(send);
        const written = await port.write(Buffer.from(send + lineEndings[conversation.lineEnding]));
        if (!written.ok) {
          goneFault ??= written.error;
          gone.abort();
          return ended('gone', step);
        }
      }
      if (pattern === undefined) continue;
      hasExpected = true;
      if (!(await expect(pattern, within))) return ended('late', step);
    }
    if (readsOutput) await rest();
    return ended('done', conversation.steps.length);
  }

  try {
    return await say();
  } finally {
    for (const subscription of subscriptions) subscription.dispose();
  }
}

/**
 * Makes every end of a line, however a unit writes it and wherever it is torn apart, one `\n`. A carriage return alone
 * is one, too: a unit that writes a line over again has said two, and no value that is made of both.
 */
function createLineEnds(): (text: string) => string {
  let held = '';
  return (text) => {
    const all = held + text.replaceAll('\0', '');
    held = /\r*$/.exec(all)?.[0] ?? '';
    return all.slice(0, all.length - held.length).replace(/\r*\n|\r+/g, '\n');
  };
}
