import { IntlMessageFormat } from 'intl-messageformat';
import type { Fault, FaultCode } from '../model/result.js';
import type { Locale } from '../model/station.js';
import { catalogues, type MessageKey } from './catalogue.js';

export type MessageParams = Record<string, string | number>;

/** Text in one language. Formatters are kept once made: parsing a message costs more than filling it in. */
export interface Messages {
  readonly locale: Locale;
  text(key: MessageKey, params?: MessageParams): string;
  /** A key that is only known at run time (a doctor's check, a recipe's problem). Undefined when the catalogue has none. */
  lookUp(key: string, params?: MessageParams): string | undefined;
  /** What happened, and why. */
  what(fault: Fault): string;
  /** What a code stands for, its values left open (“…”): for many faults of one kind together. */
  kind(code: FaultCode): string;
  /** What to do next. */
  remedy(fault: Fault): string;
}

export function createMessages(locale: Locale): Messages {
  const formats = new Map<string, IntlMessageFormat>();
  const catalogue: Record<string, Record<string, string>> = catalogues[locale];

  function lookUp(key: string, params: MessageParams = {}): string | undefined {
    let format = formats.get(key);
    if (format === undefined) {
      const dot = key.indexOf('.');
      const message = catalogue[key.slice(0, dot)]?.[key.slice(dot + 1)];
      if (message === undefined) return undefined;
      format = new IntlMessageFormat(message, locale, undefined, { ignoreTag: true });
      formats.set(key, format);
    }
    return String(format.format(params));
  }

  function text(key: MessageKey, params?: MessageParams): string {
    const found = lookUp(key, params);
    if (found === undefined) throw new Error(`No message ${key} in the ${locale} catalogue`);
    return found;
  }

  return {
    locale,
    text,
    lookUp,
    what: (fault) => text(`faults.${fault.code}.what`, without('–', fault.params)),
    // A number that is left open is none to the formatter.
    kind: (code) => text(`faults.${code}.what`, without('…')).replaceAll('NaN', '…'),
    remedy: (fault) => text(`faults.${fault.code}.remedy`, without('–', fault.params)),
  };
}

/** A fault may come from a record of another version: a value that it lacks is a dash, not the end of the window. */
function without(missing: string, params: MessageParams = {}): MessageParams {
  return new Proxy(params, {
    has: () => true,
    get: (target, name) => (typeof name === 'string' ? (target[name] ?? missing) : undefined),
  });
}
