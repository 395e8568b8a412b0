import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMessages } from '../../../src-shared/messages/messages.js';
import {
  leastRecipe as least,
  parsedRecipe as parsed,
  problemsOf,
  replacedInLeast as replaced,
  sentencesOf as sentences,
} from '../../../test/fakes/recipes.js';
import { formatProblem, parseRecipe } from './load.js';

const spanish = createMessages('es');

describe('a recipe', () => {
  it('needs little more than a match, an image and a sign of success, and has defaults for the rest', () => {
    const { recipe } = parsed(least);
    expect(recipe).toEqual({
      name: 'panel-less',
      title: { en: 'Board without a panel', es: 'Placa sin panel' },
      model: 'plain',
      minimumSupport: 'stable',
      match: [{ vendorId: '2341' }],
      image: { name: 'plain-flasher' },
      container: {
        device: '/dev/ttyACM0',
        mounts: [{ type: 'bind', source: 'workspace', target: '/workspace', readOnly: true }],
        env: {},
        network: 'isolated',
        capabilities: [],
        limits: { memory: 512 * 1024 ** 2, cpus: 1, pids: 256 },
        readOnlyRoot: false,
      },
      flash: {
        start: 'launch',
        ready: { path: '/', timeout: 60_000 },
        progress: [],
        success: [{ exitCode: 0 }],
        failure: [],
        timeout: 900_000,
        stall: 120_000,
        releasesPort: false,
      },
      tests: [],
      retries: { count: 0, on: ['FAIL', 'ERROR', 'TIMEOUT'] },
      after: 'remove',
    });
  });

  it('is known by the SHA-256 of its bytes', () => {
    expect(parsed(least).hash).toBe(createHash('sha256').update(least).digest('hex'));
    expect(parsed(`${least}# a comment\n`).hash).not.toBe(parsed(least).hash);
  });

  it('takes plain numbers and words for text where text is wanted, as they were written', () => {
    const { recipe } = parsed(
      replaced('{ vendorId: "2341" }', '{ vendorId: 2341, productId: 0043, serialNumber: 0x1F }')
        .replace('model: plain', 'model: 1.10')
        .replace('image:', 'container:\n  env: { LEVEL: 007, DEBUG: true }\n  command: [run, 5]\nimage:'),
    );
    expect(recipe.match).toEqual([{ vendorId: '2341', productId: '0043', serialNumber: '0x1F' }]);
    expect(recipe.model).toBe('1.10');
    expect(recipe.container.env).toEqual({ LEVEL: '007', DEBUG: 'true' });
    expect(recipe.container.command).toEqual(['run', '5']);
  });

  it('may use anchors and aliases', () => {
    const { recipe } = parsed(
      replaced('- exitCode: 0', '- &done { log: Done }\n    - *done').replace(
        'model: plain',
        'model: &m plain',
      ),
    );
    expect(recipe.flash.success).toHaveLength(2);
  });
});

describe('a broken recipe', () => {
  it('names file, line, column, place and what was expected', () => {
    expect(sentences(replaced('- exitCode: 0', '- exitcode: 0'))).toEqual([
      'a.yaml:10:7: flash.success[0].exitcode: “exitcode” is not known here. Did you mean “exitCode”?',
    ]);
  });

  it('says of a missing key where it is missing', () => {
    expect(
      sentences(
        replaced('  es: Placa sin panel\n', '').replace('  success:\n    - exitCode: 0\n', '  timeout: 5m\n'),
      ),
    ).toEqual([
      'a.yaml:3:3: title.es: “es” is missing: a text.',
      'a.yaml:8:3: flash.success: “success” is missing: a list.',
    ]);
  });

  it('says in Spanish what it says in English', () => {
    const [problem] = problemsOf(replaced('- exitCode: 0', '- { }'));
    expect(problem && formatProblem(problem, spanish)).toBe(
      'a.yaml:10:7: flash.success[0]: Aquí se espera exactamente uno de http, log, exitCode; hay ninguno.',
    );
  });

  it('shows the same position whatever the line ends and whatever mark stands before the text', () => {
    const text = replaced('model: plain', 'modell: plain');
    const where = (some: string): unknown[] => problemsOf(some).map(({ line, column }) => [line, column]);
    expect(where(text.replaceAll('\n', '\r\n'))).toEqual(where(text));
    expect(where(`\uFEFF${text}`)).toEqual(where(text));
  });

  it('is told by bytes that are not UTF-8, and by its size', () => {
    expect(problemsOf(new Uint8Array([0x6e, 0xff, 0xfe])).map(({ message }) => message)).toEqual(['notUtf8']);
    expect(problemsOf(`${least}# ${'x'.repeat(256 * 1024)}`).map(({ message }) => message)).toEqual([
      'fileTooLarge',
    ]);
  });

  it('never shows what stands under env, which may be a secret', () => {
    const text = replaced(
      'image:',
      'container:\n  env:\n    magicNumber: 8974c408d831\n    LIST: [hidden1]\nimage:',
    );
    const said = JSON.stringify(problemsOf(text)) + sentences(text).join();
    expect(said).not.toContain('8974c408d831');
    expect(said).not.toContain('hidden1');
  });

  it('stops counting after fifty problems', () => {
    expect(
      problemsOf(`${least}${Array.from({ length: 200 }, (_, n) => `x${n}: 1\n`).join('')}`),
    ).toHaveLength(50);
  });
});

describe('whatever the text, parseRecipe', () => {
  it('never throws, and gives a sentence with a position for every problem', () => {
    const pieces = fc.constantFrom(
      ...least.split(/(?<=[\s:{}[\]"])/),
      '&a ',
      '*a',
      '- ',
      '? ',
      '!!x ',
      '---\n',
      '\t',
    );
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(pieces, { maxLength: 80 }).map((some) => some.join('')),
      fc
        .tuple(fc.nat(least.length), fc.string({ maxLength: 5 }))
        .map(([at, text]) => least.slice(0, at) + text + least.slice(at + 1)),
    );
    fc.assert(
      fc.property(texts, (text) => {
        const result = parseRecipe(text, 'a.yaml');
        if (result.ok) return;
        expect(result.error.length).toBeGreaterThan(0);
        for (const problem of result.error) {
          expect(problem.line).toBeGreaterThan(0);
          expect(problem.column).toBeGreaterThan(0);
          expect(formatProblem(problem, spanish)).not.toBe('');
        }
      }),
      { numRuns: 200 },
    );
  });

  it('never throws on any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => void parseRecipe(bytes, 'a.yaml')),
      { numRuns: 200 },
    );
  });

  it.each([
    ['lists within lists', '['.repeat(100_000)],
    ['lists within lists, line by line', '- '.repeat(100_000)],
    ['blocks within blocks', 'a: {'.repeat(50_000)],
    ['keys within keys', Array.from({ length: 600 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')],
    ['forty thousand keys', Array.from({ length: 25_000 }, (_, n) => `k${n}: 1`).join('\n')],
    [
      'aliases of aliases',
      Array.from(
        { length: 12 },
        (_, n) =>
          `a${n}: &a${n} [${
            n === 0
              ? 'x'
              : Array(9)
                  .fill(`*a${n - 1}`)
                  .join(', ')
          }]`,
      ).join('\n'),
    ],
    ['an alias within its own anchor', 'a: &a [*a]'],
  ])('ends soon and with a problem: %s', (_what, text) => {
    const before = performance.now();
    expect(problemsOf(text).length).toBeGreaterThan(0);
    expect(performance.now() - before).toBeLessThan(5000);
  });
});
