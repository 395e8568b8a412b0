import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSystemClock } from '../../src-main/core/clock.js';
import { createConnection, type Connection } from '../../src-main/core/docker/connection.js';
import { examine } from '../../src-main/core/doctor/examine.js';
import { formatForTicket, readTicketFacts } from '../../src-main/core/doctor/ticket.js';
import { createMessages } from '../../src-shared/messages/messages.js';
import type { DoctorCheck } from '../../src-shared/model/station.js';

let folder: string;
let engine: Connection | null = null;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-doctor-'));
});

afterEach(async () => {
  await engine?.dispose();
  engine = null;
  rmSync(folder, { recursive: true, force: true });
});

/** Looks for the engine as a station does, and examines this machine with what was found. */
async function examineWith(environment: NodeJS.ProcessEnv): Promise<DoctorCheck[]> {
  engine = createConnection({
    search: () => ({ environment, home: folder }),
    stationId: 'doctor-test',
    clock: createSystemClock(),
  });
  await engine.start();
  const { signal } = new AbortController();
  return examine({ home: join(folder, 'home'), environment, engine, signal });
}

function found(checks: DoctorCheck[], name: string): DoctorCheck {
  const check = checks.find((one) => one.check === name);
  if (check === undefined) throw new Error(`No check ${name}`);
  return check;
}

describe('slipway doctor on this machine', () => {
  it('finds the engine well, knows what it is, and changes nothing', async () => {
    const checks = await examineWith(process.env);

    expect(found(checks, 'engine')).toMatchObject({ state: 'ok', reason: 'engine.ready' });
    expect(found(checks, 'engine-version')).toMatchObject({ state: 'ok' });
    // What only the engine can have said.
    for (const name of ['engine-kind', 'engine-storage', 'engine-limits', 'engine-space']) {
      expect(found(checks, name).reason, name).not.toMatch(/^unknown\./);
    }
    expect(checks.filter(({ reason }) => /^unknown\.(too-slow|defect|stopped)/.test(reason))).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('says where it looked when there is none', async () => {
    const socket = `unix://${join(folder, 'none.sock')}`;
    const checks = await examineWith({ ...process.env, DOCKER_HOST: socket });

    expect(found(checks, 'engine')).toMatchObject({ state: 'problem', params: { endpoint: socket } });
    expect(found(checks, 'engine-storage')).toMatchObject({ state: 'warning', reason: 'unknown.no-engine' });
  });

  it('fits a support ticket', async () => {
    const checks = await examineWith(process.env);
    if (engine === null) throw new Error('No engine was looked for');
    const facts = await readTicketFacts({ at: Date.now(), slipway: '0.1.0', engine: engine.view });
    const text = formatForTicket(checks, facts, createMessages('en'));

    expect(text).toContain(`Docker ${engine.view.version ?? ''}, API `);
    expect(text.trimEnd().split('\n')).toHaveLength(checks.length + 6);
  });
});
