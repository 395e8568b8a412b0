import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fail, ok, type Result } from '../../../src-shared/model/result.js';
import type { SyncDisposable } from '../disposable.js';
import { isSystemError } from '../ports/system-error.js';
import { identify, isRunning, type ProcessIdentity } from './process-identity.js';

/**
 * One station a home. Each that wants it puts a claim into `<home>/lock/` and then looks who else has one.
 * A claim is a file whose name is its process, so what a killed station left is told by its name alone and
 * can be removed without ever hitting the claim of one that runs: there is no file that two could fight
 * over. Of two that start at the same moment the smaller name goes on.
 */
interface Claim extends ProcessIdentity {
  name: string;
  /** Its process has the home, rather than still looking. */
  held: boolean;
}

/** How often and how long the smaller of two new claims looks whether the other gives way, in ms. */
const lookEvery = 10;
const lookFor = 2000;

/** Takes the home until it is disposed or the process ends. Fails with `home-in-use` or `home-unwritable`. */
export async function lockHome(home: string): Promise<Result<SyncDisposable>> {
  const folder = join(home, 'lock');
  const own = identify(process.pid);
  if (own === null) throw new Error('This process does not find itself');
  const name = `${own.pid}_${own.start}_${randomBytes(4).toString('hex')}`;
  const release = (): void => {
    rmSync(join(folder, `${name}.held`), { force: true });
    rmSync(join(folder, name), { force: true });
  };

  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, name), '', { flag: 'wx', mode: 0o600 });
    const holder = await waitForOthers(folder, name);
    if (holder !== null) {
      release();
      return fail('home-in-use', { pid: holder.pid, path: home });
    }
    writeFileSync(join(folder, `${name}.held`), '', { flag: 'wx', mode: 0o600 });
    return ok({ dispose: release });
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return fail('home-unwritable', { path: home }, error.message);
  }
}

/** Who has the home or goes first; null when nobody does. */
async function waitForOthers(folder: string, own: string): Promise<Claim | null> {
  for (let waited = 0; ; waited += lookEvery) {
    const others = readClaims(folder).filter((claim) => claim.name !== own);
    const first = others.find((claim) => claim.held || claim.name < own) ?? null;
    if (first !== null || others.length === 0) return first;
    // Larger names that are new, too, see this claim and give way.
    if (waited >= lookFor) return others[0] ?? null;
    await wait(lookEvery);
  }
}

/** The claims of processes that run; those of others are removed on the way. */
function readClaims(folder: string): Claim[] {
  const names = new Set(readdirSync(folder));
  const claims: Claim[] = [];
  for (const name of names) {
    const [, pid, start] = /^(\d+)_([^_]*)_[0-9a-f]{8}$/.exec(name) ?? [];
    if (pid === undefined || start === undefined) continue;
    const claim: Claim = { name, pid: Number(pid), start, held: names.has(`${name}.held`) };
    if (isRunning(claim)) claims.push(claim);
    else for (const file of [`${name}.held`, name]) rmSync(join(folder, file), { force: true });
  }
  return claims;
}
