import type { Reply } from '../../../src-shared/contract.js';
import type { Client } from '../../client/client.js';
import type { BaysMirror } from '../../state/bays.svelte.js';
import type { Dialogs } from '../window/dialogs.svelte.js';
import type { Toasts } from '../window/toasts.svelte.js';
import { canBeAllowed } from './bay-look.js';

/** What an operator does with a bay. Whether it is possible, the station says; what slips easily is asked first. */
export interface BayActions {
  /** Starts a run; asks first when it would flash a unit that has passed, or has to be allowed by an engineer. */
  readonly flash: (bay: number) => void;
  readonly flashNow: (bay: number) => void;
  /** Asks first. */
  readonly abort: (bay: number) => void;
  readonly abortNow: (bay: number) => void;
}

export function createBayActions(
  client: Client,
  bays: BaysMirror,
  dialogs: Dialogs,
  toasts: Toasts,
): BayActions {
  /** Calls that have no reply yet: a key that is held down asks once. */
  const asked = new Set<string>();

  function once(key: string, ask: () => Promise<Reply<unknown>>): void {
    if (asked.has(key)) return;
    asked.add(key);
    void ask()
      .then((reply) => {
        if (!reply.ok) toasts.show(reply.error);
      })
      .finally(() => asked.delete(key));
  }

  const flashNow = (bay: number): void => once(`flash ${bay}`, () => client.call('bay.flash', { bay }));
  const abortNow = (bay: number): void => once(`abort ${bay}`, () => client.call('bay.abort', { bay }));

  return {
    flashNow,
    abortNow,
    flash(bay) {
      const view = bays.find(bay)?.view;
      if (view?.status === 'ended' && view.run?.verdict === 'PASS') {
        dialogs.open({ kind: 'flash-again', bay, runId: view.run.id });
      } else if (view !== undefined && canBeAllowed(view)) {
        dialogs.open({ kind: 'allow-once', bay });
      } else {
        flashNow(bay);
      }
    },
    abort(bay) {
      const view = bays.find(bay)?.view;
      if (view?.status === 'running' && view.run !== null) {
        dialogs.open({ kind: 'abort', bay, runId: view.run.id });
      } else {
        abortNow(bay);
      }
    },
  };
}
