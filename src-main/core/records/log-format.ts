import { logSourceSchema, type LogLine } from '../../../src-shared/model/run.js';

/**
 * One line of a log file: five fields between tabs, to be read with any pager.
 *
 *     seq  at (UTC)  source  the engine's time stamp, or -  text
 *
 * A text is one line whatever it holds: a backslash is doubled, control characters and half surrogate
 * pairs are written `\n`, `\r`, `\x1b`, `\u{d800}`. A tab in the text stays: it is in the last field.
 */
export interface StoredLine extends LogLine {
  engineAt?: string;
}

// eslint-disable-next-line no-control-regex -- control characters are what is looked for
const unsafe = /[\\\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029]|\p{Surrogate}/gu;
const escaped = /\\(?:(\\)|(n)|(r)|x([0-9a-f]{2})|u\{([0-9a-f]+)\})/g;

export function formatLine({ seq, at, source, engineAt = '-', text }: StoredLine): string {
  return `${seq}\t${new Date(at).toISOString()}\t${source}\t${escape(engineAt).replaceAll('\t', ' ')}\t${escape(text)}\n`;
}

/** `seq` is the line's place in the file. A line that was damaged is shown as it is, as the station's, at time 0. */
export function parseLine(line: string, seq: number): StoredLine {
  const [, at = '', source, engineAt = '', text] =
    /^\d+\t([^\t]*)\t([^\t]*)\t([^\t]*)\t(.*)$/su.exec(line) ?? [];
  const time = Date.parse(at);
  const from = logSourceSchema.safeParse(source);
  if (text === undefined || !from.success || Number.isNaN(time)) {
    return { seq, at: 0, source: 'station', text: line };
  }
  const parsed: StoredLine = { seq, at: time, source: from.data, text: unescape(text) };
  if (engineAt !== '-') parsed.engineAt = unescape(engineAt);
  return parsed;
}

function escape(text: string): string {
  return text.replace(unsafe, (character) => {
    if (character === '\\') return '\\\\';
    if (character === '\n') return '\\n';
    if (character === '\r') return '\\r';
    const hex = character.charCodeAt(0).toString(16);
    return hex.length <= 2 ? `\\x${hex.padStart(2, '0')}` : `\\u{${hex}}`;
  });
}

function unescape(text: string): string {
  return text.replace(
    escaped,
    (whole, backslash?: string, newline?: string, carriageReturn?: string, byte?: string, unit?: string) => {
      if (backslash !== undefined) return '\\';
      if (newline !== undefined) return '\n';
      if (carriageReturn !== undefined) return '\r';
      const code = byte ?? unit;
      return code === undefined ? whole : String.fromCharCode(parseInt(code, 16));
    },
  );
}
