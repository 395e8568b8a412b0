import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build } from 'vite';
import type { RunRecord } from '../../src-shared/model/run.js';
import type { Said } from './records-writer.js';

/** How often the writer is killed; SLIPWAY_KILLS asks for more. */
const kills = Number(process.env['SLIPWAY_KILLS'] ?? 80);

describe('records of a station that is killed at any moment', () => {
  const projectRoot = join(import.meta.dirname, '../..');
  let home: string;
  let built: string;

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'slipway-kill-'));
    mkdirSync(join(projectRoot, '.cache'), { recursive: true });
    // In the checkout, so that it finds the packages.
    built = mkdtempSync(join(projectRoot, '.cache', 'records-writer-'));
    await build({
      configFile: false,
      root: projectRoot,
      logLevel: 'error',
      build: {
        ssr: join(import.meta.dirname, 'records-writer.ts'),
        outDir: built,
        rolldownOptions: { output: { entryFileNames: 'writer.mjs' } },
      },
    });
  });
  afterAll(() => {
    rmSync(built, { recursive: true, force: true });
    rmSync(home, { recursive: true, force: true });
  });

  /** Starts the writer, kills it after a while, and gives all that it said. */
  async function runAndKill(noted: string): Promise<Said[]> {
    const child = spawn(process.execPath, [join(built, 'writer.mjs'), home, noted], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said: Said[] = [];
    let complaints = '';
    child.stderr.on('data', (chunk: Buffer) => (complaints += chunk.toString()));
    const closed = once(child, 'close');
    const kill = (after: number): void => {
      setTimeout(() => child.kill('SIGKILL'), after);
    };
    // One in six while it starts: opening and repairing must bear it too.
    const early = Math.random() < 1 / 6;
    if (early) kill(Math.random() * 250);
    for await (const line of createInterface({ input: child.stdout })) {
      // A line that the kill cut off was not said.
      if (!line.endsWith('}')) continue;
      said.push(JSON.parse(line) as Said);
      if (said.at(-1)?.type === 'ready' && !early) kill(Math.random() * 150);
    }
    await closed;
    expect(complaints).toBe('');
    expect(child.signalCode).toBe('SIGKILL');
    return said;
  }

  it(
    `loses nothing that was committed, doubles nothing, and opens again: ${kills} times`,
    async () => {
      /** For each run, what was said to be committed last, and what was about to be when it was killed. */
      const committed = new Map<string, RunRecord>();
      const pending = new Map<string, RunRecord>();
      const logged = new Map<string, number>();
      /** Which run has a number, and which seals were shown: all of them must be in the chain for good. */
      const numbered = new Map<number, string>();
      let newestSeal = '';
      const seen = { checks: 0, runs: 0, seals: 0, numbers: 0, lines: 0, undecided: 0 };

      for (let round = 0; round < kills; round++) {
        for (const said of await runAndKill(newestSeal)) {
          if (said.type === 'saving') pending.set(said.run.id, said.run);
          if (said.type === 'saved') {
            committed.set(said.run.id, said.run);
            pending.delete(said.run.id);
          }
          if (said.type === 'logged') logged.set(said.runId, said.total);
          if (said.type === 'found') {
            seen.checks += 1;
            seen.runs = said.runs.length;
            const found = new Map(said.runs.map((run) => [run.id, run]));
            expect(found.size, 'no run is there twice').toBe(said.runs.length);
            for (const [id, run] of committed) {
              const kept = found.get(id);
              if (kept !== undefined && isDeepStrictEqual(kept, pending.get(id))) seen.undecided += 1;
              else expect(kept, 'what was committed is there').toEqual(run);
            }
            for (const run of said.runs) {
              expect(
                [committed.get(run.id), pending.get(run.id)],
                'nothing is there that was not saved',
              ).toContainEqual(run);
              committed.set(run.id, run);
            }
            pending.clear();
            const ended = said.runs.filter(({ verdict }) => verdict !== null).length;
            expect(said.ended, 'the counters count what is there').toBe(ended);
          }
          if (said.type === 'sealed') newestSeal = said.hash;
          if (said.type === 'numbered') {
            expect(numbered.get(said.number), `number ${said.number} is given once`).toBeUndefined();
            numbered.set(said.number, said.runId);
            seen.numbers += 1;
          }
          if (said.type === 'found-chain') {
            expect(said.problems, 'the chain is whole, with the newest seal that was shown in it').toEqual(
              [],
            );
            seen.seals = said.records;
          }
          if (said.type === 'found-log') {
            expect(said.broken, `every line of ${said.runId} is whole and in its place`).toBe(0);
            expect(said.total).toBeGreaterThanOrEqual(logged.get(said.runId) ?? 0);
            seen.lines += said.total;
          }
        }
      }
      expect(seen.checks).toBeGreaterThan(kills / 2);
      expect(seen.runs).toBeGreaterThan(kills);
      expect(seen.seals).toBeGreaterThan(kills / 4);
      expect(seen.numbers).toBeGreaterThan(kills / 2);
      expect(seen.lines).toBeGreaterThan(1000);
      expect(readdirSync(home).sort()).toEqual(expect.arrayContaining(['logs', 'records.db']));
      console.info(`records-kill: ${JSON.stringify({ kills, ...seen })}`);
    },
    kills * 3000,
  );
});
