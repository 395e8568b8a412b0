import type { EventMessage, WindowEventName } from '../../src-shared/contract.js';
import { createEmitter, type Emitter } from '../core/emitter.js';
import type { WindowSubscribe } from '../ipc/serve.js';

type Emitters = { readonly [Name in WindowEventName]: Emitter<EventMessage<Name>> };

/** What the shell tells its window: the two ends of `windowEvents`. */
export interface WindowEvents {
  readonly emitters: Emitters;
  readonly subscribe: WindowSubscribe;
}

export function createWindowEvents(): WindowEvents {
  const emitters: Emitters = {
    quitAsked: createEmitter(),
    shortcut: createEmitter(),
    bayChosen: createEmitter(),
  };
  return {
    emitters,
    subscribe: (name, _params, listener) => {
      // The compiler does not see that the emitter and the listener are of one name.
      const emitter = emitters[name] as unknown as Emitter<Parameters<typeof listener>[0]>;
      return emitter.subscribe(listener);
    },
  };
}
