import { describe, expect, it } from 'vitest';
import type { BayView } from '../../../src-shared/model/bay.js';
import { createFakeBridge } from '../../../test/fakes/bridge.js';
import { bays as sceneBays } from '../../../test/looks/scenes.js';
import { createClient } from '../../client/client.js';
import { BaysMirror } from '../../state/bays.svelte.js';
import { Dialogs } from '../window/dialogs.svelte.js';
import { Toasts } from '../window/toasts.svelte.js';
import { createBayActions } from './bay-actions.js';

function setUp(views: BayView[]) {
  const bridge = createFakeBridge({
    'bay.flash': ({ bay }) => ({ ok: false, error: { code: 'bay-empty', params: { bay }, message: '' } }),
  });
  const client = createClient(bridge);
  const bays = new BaysMirror(client, {
    requestAnimationFrame: () => 1,
    cancelAnimationFrame: () => undefined,
  });
  const dialogs = new Dialogs();
  const toasts = new Toasts();
  bridge.send('bays', { kind: 'bays', revision: 1, bays: views });
  return { bridge, dialogs, toasts, actions: createBayActions(client, bays, dialogs, toasts) };
}

// Bay 1 is flashing, bay 2 has passed, bay 3 has failed, bay 13 is empty.
const views = sceneBays(16);

describe('what an operator does with a bay', () => {
  it('aborts a run only after a question', () => {
    const { bridge, dialogs, actions } = setUp(views);
    actions.abort(1);
    expect(dialogs.current).toMatchObject({ kind: 'abort', bay: 1 });
    expect(bridge.calls).toEqual([]);
    actions.abortNow(1);
    expect(bridge.calls).toEqual([{ name: 'bay.abort', input: { bay: 1 } }]);
  });

  it('flashes a unit that failed at once, one that passed only after a question', () => {
    const { bridge, dialogs, actions } = setUp(views);
    actions.flash(2);
    expect(dialogs.current).toMatchObject({ kind: 'flash-again', bay: 2 });
    actions.flash(3);
    expect(bridge.calls).toEqual([{ name: 'bay.flash', input: { bay: 3 } }]);
  });

  it('asks the station once, however long the key is held', () => {
    const { bridge, actions } = setUp(views);
    actions.flash(3);
    actions.flash(3);
    expect(bridge.calls).toHaveLength(1);
  });

  it('leaves it to the station to refuse, and shows why', async () => {
    const { toasts, actions } = setUp(views);
    actions.flash(13);
    await Promise.resolve();
    await Promise.resolve();
    expect(toasts.list.map(({ fault }) => fault?.code)).toEqual(['bay-empty']);
    toasts.dispose();
  });
});
