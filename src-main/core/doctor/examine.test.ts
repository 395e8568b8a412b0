import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from '../../../test/fakes/eventually.js';
import { createFakeClock } from '../../../test/fakes/clock.js';
import { createMadeUpMachine, engineGone, type MadeUpMachine } from '../../../test/fakes/machine.js';
import { createMessages } from '../../../src-shared/messages/messages.js';
import { doctorCheckSchema } from '../../../src-shared/model/station.js';
import { allChecks } from './checks/all.js';
import { examine } from './examine.js';

let machine: MadeUpMachine;
beforeEach(() => {
  machine = createMadeUpMachine();
  machine.write('proc/1/comm', 'systemd\n');
  machine.write('proc/net/tcp');
});
afterEach(() => machine.dispose());

const never = new Promise<never>(() => undefined);

describe('an examination', () => {
  it('answers every check in the same order, each with its words in both languages', async () => {
    const checks = await examine(machine.optionsOf({}));
    expect(checks.map(({ check }) => check)).toEqual(allChecks.map(({ name }) => name));
    expect(new Set(checks.map(({ check }) => check)).size).toBe(checks.length);
    for (const locale of ['en', 'es'] as const) {
      const messages = createMessages(locale);
      for (const one of checks) {
        doctorCheckSchema.parse(one);
        expect(messages.lookUp(`doctor.${one.check}.title`), one.check).toBeTruthy();
        expect(messages.lookUp(`doctor.${one.reason}`, one.params), one.reason).toBeTruthy();
      }
    }
  });

  it('blames nothing else when Docker is not there', async () => {
    const checks = await examine(machine.optionsOf({ view: engineGone('engine-absent') }));
    const notWell = checks.filter(({ state }) => state === 'problem').map(({ check }) => check);
    // The made-up home has no workspace.
    expect(notWell).toEqual(['engine', 'workspace']);
    expect(checks.find(({ check }) => check === 'engine-storage')?.reason).toBe('unknown.no-engine');
  });

  it('leaves out what means nothing on another system', async () => {
    const names = (await examine(machine.optionsOf({ platform: 'win32' }))).map(({ check }) => check);
    expect(names).toContain('engine');
    expect(names).not.toContain('usb-controllers');
    expect(names).not.toContain('secrets');
  });

  it('gives up what does not answer, and answers the rest', async () => {
    const clock = createFakeClock(Date.UTC(2026, 4, 1));
    const options = { ...machine.optionsOf({ clock }), readSpace: () => never };
    const examination = examine(options);
    // Those of the three that ask for space; all other checks are done.
    await eventually(() => expect(clock.timers).toBe(3));
    clock.advance(6000);
    const checks = await examination;
    expect(checks.find(({ check }) => check === 'home-space')).toEqual({
      check: 'home-space',
      state: 'warning',
      reason: 'unknown.too-slow',
      params: { seconds: 6 },
    });
    expect(checks.find(({ check }) => check === 'home')?.state).toBe('ok');
    expect(clock.timers).toBe(0);
  });

  it('ends at once when it is stopped', async () => {
    const controller = new AbortController();
    const options = { ...machine.optionsOf({ signal: controller.signal }), readEngine: () => never };
    const examination = examine(options);
    controller.abort();
    const reasons = (await examination).map(({ reason }) => reason);
    expect(reasons).toContain('unknown.stopped');
  });

  it('says what the system refused, and even its own mistakes, instead of failing', async () => {
    const refuse = Object.assign(new Error('no'), { code: 'EIO', syscall: 'statfs', path: '/srv' });
    const refused = await examine({ ...machine.optionsOf({}), readSpace: () => Promise.reject(refuse) });
    expect(refused.find(({ check }) => check === 'home-space')).toMatchObject({
      state: 'warning',
      reason: 'unknown.unreadable',
      params: { path: '/srv', code: 'EIO' },
    });
    const mistaken = await examine({
      ...machine.optionsOf({}),
      readSpace: () => Promise.reject(new TypeError('x')),
    });
    expect(mistaken.find(({ check }) => check === 'home-space')).toMatchObject({
      state: 'warning',
      reason: 'unknown.defect',
    });
  });

  it('repeats no password of an address', async () => {
    const view = engineGone('engine-endpoint-unusable', { endpoint: 'tcp://ana:hunter2@station:2375' });
    const checks = await examine(machine.optionsOf({ view }));
    expect(JSON.stringify(checks)).not.toContain('hunter2');
    expect(checks[0]?.params).toEqual({ endpoint: 'tcp://•••@station:2375' });
  });
});
