import { describe, expect, it } from 'vitest';
import { engineGone, engineReady } from '../../../test/fakes/machine.js';
import { createMessages } from '../../../src-shared/messages/messages.js';
import type { DoctorCheck } from '../../../src-shared/model/station.js';
import { formatForTicket, readTicketFacts, type TicketFacts } from './ticket.js';

const facts: TicketFacts = {
  at: Date.UTC(2026, 4, 1, 9, 30),
  slipway: '0.1.0',
  node: '20.20.2',
  system: 'Debian GNU/Linux 12 (bookworm)',
  kernel: '6.1.0',
  architecture: 'x64',
  engine: engineReady,
  userHome: '/home/ana',
  userName: 'ana',
};

const checks: DoctorCheck[] = [
  {
    check: 'engine',
    state: 'ok',
    reason: 'engine.ready',
    params: { endpoint: 'unix:///var/run/docker.sock' },
  },
  {
    check: 'recipes',
    state: 'warning',
    reason: 'recipes.none',
    params: { folder: '/home/ana/.slipway/recipes' },
  },
  {
    check: 'workspace',
    state: 'problem',
    reason: 'workspace.missing',
    params: { path: '/home/ana/widgetOS' },
    command: 'mkdir -p /home/ana/widgetOS',
  },
];

describe('the text for a support ticket', () => {
  it('has the versions first, then a line a check', () => {
    expect(formatForTicket(checks, facts, createMessages('en'))).toBe(
      [
        'Slipway doctor, 2026-05-01T09:30:00.000Z',
        'Slipway 0.1.0, Node 20.20.2, Debian GNU/Linux 12 (bookworm) (6.1.0, x64)',
        'Docker 27.1.0, API 1.46, unix:///var/run/docker.sock',
        '',
        'ok       Docker: Docker answers at unix:///var/run/docker.sock.',
        'warning  Recipes: There is no recipe in ~/.slipway/recipes yet. Without one, nothing is flashed.',
        'PROBLEM  Workspace: ~/widgetOS is not there. Create it, or choose another in Settings. Command: mkdir -p ~/widgetOS',
        '',
        'One problem, one warning.',
        '',
      ].join('\n'),
    );
  });

  it('is in the language asked for', () => {
    const text = formatForTicket(checks, facts, createMessages('es'));
    expect(text).toContain('PROBLEMA  Espacio de trabajo: No existe ~/widgetOS.');
    expect(text).toContain('Un problema, un aviso.');
  });

  it('says where no engine was found', () => {
    const text = formatForTicket([], { ...facts, engine: engineGone('engine-absent') }, createMessages('en'));
    expect(text).toContain('Docker: none at unix:///var/run/docker.sock\n');
    expect(text).toContain('No problem, no warning.');
  });

  it('shortens the home folder, and no other that begins like it', () => {
    const path = (params: string): DoctorCheck => ({
      check: 'workspace',
      state: 'ok',
      reason: 'workspace.ready',
      params: { path: params },
    });
    const paths = [
      '/home/ana',
      '/home/anabel/w',
      '/srv/home/ana/w',
      'unix:///home/ana/docker.sock',
      '/home/ana.',
    ];
    const text = formatForTicket(paths.map(path), facts, createMessages('en'));
    expect(text.match(/Workspace: (\S+) is there/g)).toEqual([
      'Workspace: ~ is there',
      'Workspace: /home/anabel/w is there',
      'Workspace: /srv/home/•••/w is there',
      'Workspace: unix://~/docker.sock is there',
      'Workspace: ~. is there',
    ]);
  });

  it('does not name who is logged in', () => {
    const check: DoctorCheck = {
      check: 'workspace',
      state: 'ok',
      reason: 'workspace.ready',
      params: { path: '/media/ana/banana' },
    };
    expect(formatForTicket([check], facts, createMessages('en'))).toContain('/media/•••/banana is there');
  });

  it('keeps passwords and line breaks of others out', () => {
    const endpoint = 'tcp://ana:hunter2@station:2375';
    const text = formatForTicket(
      [
        {
          check: 'engine',
          state: 'problem',
          reason: 'engine.error',
          params: { endpoint, reason: 'a\r\nb\u001b[31m' },
        },
      ],
      { ...facts, engine: engineGone('engine-error', {}, endpoint) },
      createMessages('en'),
    );
    expect(text).not.toContain('hunter2');
    expect(text).toContain('with an error: a b [31m');
  });

  it('shows a check that it has no words for by its keys', () => {
    const other: DoctorCheck = { check: 'antenna', state: 'ok', reason: 'antenna.up' };
    expect(formatForTicket([other], facts, createMessages('en'))).toContain('ok  antenna: antenna.up');
  });

  it('takes its facts from this process and this system', async () => {
    const read = await readTicketFacts({ at: 0, slipway: '0.1.0', engine: engineReady });
    expect(read.node).toBe(process.versions.node);
    for (const fact of [read.system, read.kernel, read.architecture, read.userHome])
      expect(fact).not.toBe('');
  });
});
