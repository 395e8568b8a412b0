import { describe, expect, it } from 'vitest';
import type { CallError, CallInput, Reply } from '../../../src-shared/contract.js';
import { settingsSchema, type Settings, type StationView } from '../../../src-shared/model/station.js';
import { createFakeBridge } from '../../../test/fakes/bridge.js';
import { createClient } from '../../client/client.js';
import { StationMirror } from '../../state/station.svelte.js';
import { SettingsDrafts, type DraftStorage } from './settings-drafts.svelte.js';

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

function storage(): DraftStorage {
  const kept = new Map<string, string>();
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
}

function setUp(answer: (change: CallInput<'settings.change'>) => Reply<Settings>, kept = storage()) {
  const bridge = createFakeBridge({ 'settings.change': answer });
  const client = createClient(bridge);
  const station = new StationMirror(client);
  bridge.send('station', { revision: 1, station: view() });
  return { bridge, drafts: new SettingsDrafts(client, station, kept) };
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

  it('is still there when the page is loaded anew, also what the station would refuse', async () => {
    const kept = storage();
    const { drafts } = setUp(() => ({ ok: false, error: missing }), kept);
    drafts.type('operator', 'Ana');
    drafts.type('name', '');
    drafts.type('workspace', '/nowhere');
    await drafts.save('workspace');
    const reloaded = setUp(() => ({ ok: true, value: settings }), kept).drafts;
    await reloaded.restored;
    expect(reloaded.value('operator')).toBe('Ana');
    expect(reloaded.isChanged('name')).toBe(true);
    expect(reloaded.value('workspace')).toBe('/nowhere');
    // It may be mended and saved again.
    expect(reloaded.isSaving('workspace')).toBe(false);
  });

  it('is forgotten once it is saved or taken back', async () => {
    const kept = storage();
    const { drafts } = setUp(() => ({ ok: true, value: settings }), kept);
    drafts.type('operator', 'Ana');
    drafts.type('name', 'Line 3');
    await drafts.save('operator');
    drafts.takeBack('name');
    const reloaded = setUp(() => ({ ok: true, value: settings }), kept).drafts;
    await reloaded.restored;
    expect(reloaded.value('operator')).toBe('');
    expect(reloaded.value('name')).toBe('Line 2');
  });

  it('begins anew where what was kept cannot be read', async () => {
    const kept = storage();
    kept.setItem('slipway.settings-drafts', '{"name":');
    const { drafts } = setUp(() => ({ ok: true, value: settings }), kept);
    await drafts.restored;
    expect(drafts.value('name')).toBe('Line 2');
  });

  it('is what was typed last, also where that is newer than what the page has kept', async () => {
    const kept = storage();
    kept.setItem('slipway.settings-drafts', '{"name":"Line 3","operator":"Ana"}');
    const { drafts } = setUp(() => ({ ok: true, value: settings }), kept);
    drafts.type('name', 'Line 4');
    await drafts.restored;
    expect(drafts.value('name')).toBe('Line 4');
    expect(drafts.value('operator')).toBe('Ana');
  });
});
