import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { editYaml } from './edit.js';

const text = `# The station at the end of line 2.
name:   "Line 2"      # as on the door


autoFlash: false
ports: { base: 1080 }   # and up
bays:
  "usb:1-2:1.0":        # left
    number: 1
    label: 'Left'
  usb:1-3:1.0: { number: 2 } # right
  # "usb:1-4:1.0": { number: 3 }

# the end
`;

describe('an edit of a YAML text', () => {
  it('changes a value and nothing else', () => {
    expect(editYaml(text, ['name'], 'Línea 3')).toBe(text.replace('"Line 2"', 'Línea 3'));
    expect(editYaml(text, ['autoFlash'], true)).toBe(text.replace('false', 'true'));
    expect(editYaml(text, ['ports', 'base'], 2080)).toBe(text.replace('1080', '2080'));
    expect(editYaml(text, ['bays', 'usb:1-2:1.0', 'label'], 'a: b')).toBe(text.replace("'Left'", '"a: b"'));
  });

  it('adds a key beside its neighbours, in their style', () => {
    expect(editYaml(text, ['bays', 'usb:1-2:1.0', 'enabled'], false)).toBe(
      text.replace("label: 'Left'\n", "label: 'Left'\n    enabled: false\n"),
    );
    expect(editYaml(text, ['bays', 'usb:1-3:1.0', 'label'], 'Right')).toBe(
      text.replace('{ number: 2 }', '{ number: 2, label: Right }'),
    );
    expect(editYaml(text, ['bays', 'usb:1-5:1.0'], { number: 3 })).toBe(
      text.replace('# right\n', '# right\n  "usb:1-5:1.0": { number: 3 }\n'),
    );
    expect(parse(editYaml(text, ['locale'], 'es'))).toMatchObject({ locale: 'es', autoFlash: false });
  });

  it('fills a block that is still empty', () => {
    const bay = (before: string): string => editYaml(before, ['bays', 'usb:1'], { number: 1 });
    expect(bay('bays: {} # none yet\nname: a\n')).toBe(
      'bays:\n  "usb:1": { number: 1 } # none yet\nname: a\n',
    );
    expect(bay('# nothing yet\n')).toBe('# nothing yet\nbays: { "usb:1": { number: 1 } }\n');
    expect(parse(bay('bays:\nname: a\n'))).toEqual({ bays: { 'usb:1': { number: 1 } }, name: 'a' });
    expect(bay('')).toBe('bays: { "usb:1": { number: 1 } }\n');
    expect(bay('name: a')).toBe('name: a\nbays: { "usb:1": { number: 1 } }\n');
  });

  it('keeps the line ends of Windows', () => {
    const windows = text.replaceAll('\n', '\r\n');
    const edited = editYaml(windows, ['bays', 'usb:1-5:1.0'], { number: 3 });
    expect(edited.replaceAll('\r\n', '')).not.toContain('\n');
    expect(parse(edited)).toMatchObject({ bays: { 'usb:1-5:1.0': { number: 3 } } });
  });

  it('writes a document anew that it cannot edit in place, and keeps its comments', () => {
    const unusual = 'name: |\n  Line\n  2\n# mine\nlocale: en\n';
    const edited = editYaml(unusual, ['name'], 'Line 3');
    expect(parse(edited)).toEqual({ name: 'Line 3', locale: 'en' });
    expect(edited).toContain('# mine');
  });

  it('unfolds an alias rather than change what else it stands for', () => {
    const edited = editYaml('one: &a { number: 1 }\ntwo: *a\n', ['two', 'number'], 2);
    expect(parse(edited)).toEqual({ one: { number: 1 }, two: { number: 2 } });
  });

  it('gives back any text that it was given', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'grapheme', minLength: 1 }),
        (value, key) => {
          fc.pre(key !== '__proto__');
          expect((parse(editYaml(text, ['name'], value)) as { name: string }).name).toBe(value);
          const bays = (parse(editYaml(text, ['bays', key], { number: 9, label: value })) as { bays: object })
            .bays;
          expect(bays).toHaveProperty([key], { number: 9, label: value });
        },
      ),
      { numRuns: 60 },
    );
  });
});
