import { describe, expect, it } from 'vitest';
import type { CallError, CallInput, Reply } from '../../../src-shared/contract.js';
import { settingsSchema, type Settings, type StationView } from '../../../src-shared/model/station.js';
import { createFakeBridge } from '../../../test/fakes/bridge.js';
import { createClient } from '../../client/client.js';
import { StationMirror } from '../../state/station.svelte.js';
import { SettingsDrafts } from './settings-drafts.svelte.js';

const settings: Settings = {
  name: 'Line 2',
  workspace: '/workspace',
  autoFlash: true,
  locale: 'en',
  theme: 'system',
  operator: '',
};

function view(change: Partial<Settings> = {}): StationView {
  return {
    settings: { ...settings, ...change },
    home: '/home',
    host: 'host',
    engine: { state: 'ready', endpoint: '', version: null, apiVersion: null, fault: null },
    faults: [],
    counters: { since: 0, runs: 0, units: 0, pass: 0, fail: 0, other: 0 },
  };
}

const missing: CallError = { code: 'workspace-missing', params: { path: '/nowhere' }, message: '' };

function setUp(answer: (change: CallInput<'settings.change'>) => Reply<Settings>) {
  const bridge = createFakeBridge({ 'settings.change': answer });
  const client = createClient(bridge, (bug) => {
    throw bug;
  });
  const station = new StationMirror(client);
  bridge.send('station', { revision: 1, station: view() });
  return { bridge, drafts: new SettingsDrafts(client, station) };
}

describe('a setting that is being changed', () => {
  it('shows what is typed, also when the station changes it meanwhile', () => {
    const { bridge, drafts } = setUp(() => ({ ok: true, value: settings }));
    drafts.type('name', 'Line 3');
    bridge.send('station', { revision: 2, station: view({ name: 'Line 9', operator: 'Ana' }) });
    expect(drafts.value('name')).toBe('Line 3');
    expect(drafts.value('operator')).toBe('Ana');
    expect(drafts.isChanged('name')).toBe(true);
    drafts.takeBack('name');
    expect(drafts.value('name')).toBe('Line 9');
  });

  it('sends that field alone, and is done when the station has it', async () => {
    const { bridge, drafts } = setUp((change) => ({
      ok: true,
      value: settingsSchema.parse({ ...settings, ...change }),
    }));
    drafts.type('name', 'Line 3');
    drafts.type('operator', 'Ana');
    await drafts.save('name');
    expect(bridge.calls).toEqual([{ name: 'settings.change', input: { name: 'Line 3' } }]);
    bridge.send('station', { revision: 2, station: view({ name: 'Line 3' }) });
    expect(drafts.isChanged('name')).toBe(false);
    expect(drafts.value('operator')).toBe('Ana');
  });

  it('keeps what was typed when the station refuses, with the reason', async () => {
    const { drafts } = setUp(() => ({ ok: false, error: missing }));
    drafts.type('workspace', '/nowhere');
    await drafts.save('workspace');
    expect(drafts.value('workspace')).toBe('/nowhere');
    expect(drafts.problem('workspace')).toEqual(missing);
    drafts.type('workspace', '/somewhere');
    expect(drafts.problem('workspace')).toBeUndefined();
  });

  it('does not ask the station for what its schema would refuse', async () => {
    const { bridge, drafts } = setUp(() => ({ ok: true, value: settings }));
    drafts.type('name', '');
    await drafts.save('name');
    expect(drafts.problem('name')).toBe('invalid');
    expect(bridge.calls).toEqual([]);
  });
});
