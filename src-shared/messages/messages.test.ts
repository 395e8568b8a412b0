import { describe, expect, it } from 'vitest';
import { parse, TYPE, type MessageFormatElement } from '@formatjs/icu-messageformat-parser';
import { faultCodes } from '../model/fault-codes.js';
import { catalogues } from './catalogue.js';
import { createMessages } from './messages.js';

function placeholders(elements: MessageFormatElement[]): string[] {
  return elements.flatMap((element) => {
    switch (element.type) {
      case TYPE.literal:
      case TYPE.pound:
        return [];
      case TYPE.select:
      case TYPE.plural:
        return [
          element.value,
          ...Object.values(element.options).flatMap((option) => placeholders(option.value)),
        ];
      case TYPE.tag:
        return [element.value, ...placeholders(element.children)];
      default:
        return [element.value];
    }
  });
}

const areas = Object.keys(catalogues.en) as (keyof typeof catalogues.en)[];

describe('the message catalogues', () => {
  it('have words for every fault code, and for nothing else', () => {
    const expected = faultCodes.flatMap((code) => [`${code}.what`, `${code}.remedy`]).sort();
    expect(Object.keys(catalogues.en.faults).sort()).toEqual(expected);
  });

  it.each(areas)('say the same things in both languages: %s', (area) => {
    const english: Record<string, string> = catalogues.en[area];
    const spanish: Record<string, string> = catalogues.es[area];
    expect(Object.keys(spanish).sort()).toEqual(Object.keys(english).sort());
    for (const [key, message] of Object.entries(english)) {
      const names = (text: string): string[] =>
        [...new Set(placeholders(parse(text, { ignoreTag: true })))].sort();
      expect(names(spanish[key] ?? ''), key).toEqual(names(message));
      expect(spanish[key]?.trim(), key).not.toBe('');
    }
  });

  it.each(['en', 'es'] as const)(
    'say what every code stands for, with its values left open: %s',
    (locale) => {
      const messages = createMessages(locale);
      for (const code of faultCodes) expect(messages.kind(code)).toMatch(/^(?!.*(NaN|undefined|[{}])).{5,}$/);
      expect(createMessages('en').kind('panel-not-ready')).toBe(
        'The flasher’s panel did not answer within … s.',
      );
    },
  );

  it('fill in placeholders in the language asked for', () => {
    const fault = { code: 'unplugged' } as const;
    expect(createMessages('en').what(fault)).toContain('unplugged');
    expect(createMessages('es').what(fault)).toContain('desconectó');
    expect(createMessages('en').what({ code: 'engine-absent' })).toBe('Docker does not answer at –.');
    expect(createMessages('en').lookUp('faults.no-such.what')).toBeUndefined();
  });
});
