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

/** How a conversation ended, with what was said until then. */
export interface Conversed {
  /** `late`: the unit did not say what `step` (from 1) expects within its limit. */
  end: 'done' | 'late' | 'gone' | 'stopped';
  step: number;
  /** Why the port went, for `gone`. */
  fault: Fault | null;
  output: string;
  groups: Record<string, string>;
}

/** Holds one conversation over an open port, step by step, until it is over or the signal aborts. The port stays open. */
export async function converse(options: {
  conversation: Conversation;
  port: Pick<SerialPort, 'data' | 'closed' | 'write' | 'isOpen'>;
  clock: Clock;
  signal: AbortSignal;
  /** Puts the unit's own values into what is sent. */
  fill: (text: string) => string;
  onStep: (index: number) => void;
  onHeard: (text: string) => void;
  onSent: (text: string) => void;
}): Promise<Conversed> {
  const { conversation, port, clock, signal, fill, onStep, onHeard, onSent } = options;
  const decoder = new StringDecoder('utf8');
  const groups: Record<string, string> = {};
  const gone = new AbortController();
  const stopped = AbortSignal.any([signal, gone.signal]);
  let output = '';
  let heard = '';
  let goneFault: Fault | null = null;
  let wake = (): void => undefined;

  const subscriptions = [
    port.data.subscribe((bytes) => {
      const raw = decoder.write(bytes);
      onHeard(raw);
      const text = raw.replace(/[\r\0]/g, '');
      heard = (heard + text).slice(-windowLimit);
      if (output.length < outputLimit) output += text;
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

  async function expect(pattern: RegExp, within: number): Promise<boolean> {
    const until = clock.now() + within;
    for (;;) {
      const match = pattern.exec(heard);
      const left = until - clock.now();
      if (match !== null) {
        const end = match.index + match[0].length;
        if (end === heard.length && left > 0 && (await more(Math.min(quiet, left)))) continue;
        if (stopped.aborted) return false;
        for (const [name, value] of Object.entries(match.groups ?? {})) groups[name] = value;
        heard = heard.slice(end);
        return true;
      }
      if (left <= 0 || stopped.aborted) return false;
      await more(left);
    }
  }

  async function say(): Promise<Conversed> {
    const ended = (end: Conversed['end'], step: number): Conversed => ({
      end: end === 'done' ? end : signal.aborted ? 'stopped' : gone.signal.aborted ? 'gone' : end,
      step,
      fault: goneFault,
      output,
      groups,
    });
    if (!port.isOpen) gone.abort();
    for (const [index, { wait, send, expect: pattern, within }] of conversation.steps.entries()) {
      const step = index + 1;
      onStep(step);
      if (wait !== undefined) await sleep(clock, wait, stopped);
      if (stopped.aborted) return ended('gone', step);
      if (send !== undefined) {
        // An answer comes after its question: what was said before is none.
        heard = '';
        const text = fill(send);
        onSent(text);
        const written = await port.write(Buffer.from(text + lineEndings[conversation.lineEnding]));
        if (!written.ok) {
          goneFault ??= written.error;
          gone.abort();
          return ended('gone', step);
        }
      }
      if (pattern !== undefined && !(await expect(pattern, within))) return ended('late', step);
    }
    return ended('done', conversation.steps.length);
  }

  try {
    return await say();
  } finally {
    for (const subscription of subscriptions) subscription.dispose();
  }
}
