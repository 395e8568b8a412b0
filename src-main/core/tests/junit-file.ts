import type { TestReport } from '../../../src-shared/model/test.js';

/** How many failed cases are kept with their words; all are counted. */
const keptFailures = 20;
const deepest = 100;
const longestName = 200;
const longestMessage = 500;

/** Thrown inside only: where the file stops being XML. */
class Broken extends Error {}

interface OpenCase {
  name: string;
  outcome: 'passed' | 'failure' | 'error' | 'skipped';
  message: string;
}

/**
 * Reads a JUnit file as any of the many programs that write one does: only `testcase` and what stands in it
 * counts, unknown elements are passed over. Sums in attributes are not believed, but one that speaks of failures of which
 * none is there is not passed over. Null for such a file, and for one that is not well-formed, cut off, or no JUnit file
 * at all. No entity but XML's own five is ever expanded.
 */
export function readJUnitFile(text: string): TestReport | null {
  try {
    return read(text.replace(/^\u{feff}/u, ''));
  } catch (error) {
    if (error instanceof Broken) return null;
    throw error;
  }
}

function read(text: string): TestReport {
  const report: TestReport = { tests: 0, failures: 0, errors: 0, skipped: 0, failed: [] };
  const open: string[] = [];
  let current: OpenCase | null = null;
  let roots = 0;
  let claimed = 0;

  function begin(name: string, attributes: string): void {
    if (open.length === 0) {
      roots += 1;
      if (roots > 1 || (name !== 'testsuites' && name !== 'testsuite')) throw new Broken();
    }
    if (open.length >= deepest) throw new Broken();
    if (name === 'testsuite' || name === 'testsuites') {
      claimed += countOf(attributes, 'failures') + countOf(attributes, 'errors');
    }
    if (name === 'testcase') {
      if (current !== null) throw new Broken();
      current = { name: attribute(attributes, 'name'), outcome: 'passed', message: '' };
    } else if (current !== null && open.at(-1) === 'testcase') {
      if (name === 'failure' || name === 'error' || name === 'skipped') {
        // A case with both is an error: what went wrong unforeseen says nothing about the unit.
        if (current.outcome !== 'error') current.outcome = name;
        current.message ||= attribute(attributes, 'message');
      }
    }
    open.push(name);
  }

  function finish(name: string): void {
    if (open.pop() !== name) throw new Broken();
    if (name !== 'testcase' || current === null) return;
    const { outcome, message } = current;
    report.tests += 1;
    if (outcome === 'failure') report.failures += 1;
    if (outcome === 'error') report.errors += 1;
    if (outcome === 'skipped') report.skipped += 1;
    if ((outcome === 'failure' || outcome === 'error') && report.failed.length < keptFailures) {
      report.failed.push({
        name: current.name.slice(0, longestName),
        message: message.slice(0, longestMessage),
      });
    }
    current = null;
  }

  for (let at = 0; at < text.length;) {
    const less = text.indexOf('<', at);
    const between = text.slice(at, less < 0 ? text.length : less);
    if (open.length === 0 && between.trim() !== '') throw new Broken();
    if (less < 0) break;
    const passed = passOver(text, less);
    if (passed !== null) {
      at = passed;
      continue;
    }
    const end = endOfTag(text, less + 1);
    const tag = text.slice(less + 1, end);
    at = end + 1;
    const closing = /^\/([\w:.-]+)\s*$/u.exec(tag);
    if (closing !== null) {
      finish(closing[1] ?? '');
      continue;
    }
    const opening = /^([A-Za-z_][\w:.-]*)((?:\s[^]*)?)$/u.exec(tag.endsWith('/') ? tag.slice(0, -1) : tag);
    if (opening === null) throw new Broken();
    const [, name = '', attributes = ''] = opening;
    begin(name, attributes);
    if (tag.endsWith('/')) finish(name);
  }
  if (open.length > 0 || roots === 0) throw new Broken();
  // Something went wrong, and whoever wrote this did not say what.
  if (claimed > 0 && report.failures + report.errors === 0) throw new Broken();
  return report;
}

/** The end of a comment, a CDATA section, a declaration; null for an element's tag. */
function passOver(text: string, at: number): number | null {
  for (const [start, end] of [
    ['<!--', '-->'],
    ['<![CDATA[', ']]>'],
    ['<?', '?>'],
  ] as const) {
    if (!text.startsWith(start, at)) continue;
    const found = text.indexOf(end, at + start.length);
    if (found < 0) throw new Broken();
    return found + end.length;
  }
  // A document type may define entities: nothing that writes results needs one.
  if (text.startsWith('<!', at)) throw new Broken();
  return null;
}

/** The `>` that ends a tag: one in an attribute's value does not. */
function endOfTag(text: string, from: number): number {
  let quote = '';
  for (let at = from; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (quote !== '') {
      if (character === quote) quote = '';
    } else if (character === '"' || character === "'") quote = character;
    else if (character === '>') return at;
    else if (character === '<') throw new Broken();
  }
  throw new Broken();
}

function countOf(attributes: string, name: string): number {
  const count = Number(attribute(attributes, name));
  return count > 0 ? count : 0;
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function attribute(attributes: string, name: string): string {
  for (const [, found, double, single] of attributes.matchAll(
    /\s([A-Za-z_][\w:.-]*)\s*=\s*(?:"([^"]*)"|'([^']*)')/gu,
  )) {
    if (found !== name) continue;
    return (double ?? single ?? '').replace(
      /&(#x[0-9a-fA-F]{1,6}|#\d{1,7}|\w{1,8});/g,
      (whole, what: string) => {
        if (!what.startsWith('#')) return entities[what] ?? whole;
        const code = what.startsWith('#x') ? parseInt(what.slice(2), 16) : Number(what.slice(1));
        return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
      },
    );
  }
  return '';
}
