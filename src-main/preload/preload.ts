import { contextBridge, ipcRenderer, webUtils } from 'electron';
import { channels, type SlipwayBridge } from '../../src-shared/bridge.js';

/**
 * The one bridge between the window's page and the shell. It carries names and values and knows none of
 * them: the shell looks each name up in the contract and parses each value.
 */
const listeners = new Map<string, (message: unknown) => void>();
// Part of every id, so that what was sent to the page before a reload never reaches the page after it.
const page = crypto.getRandomValues(new Uint32Array(3)).join('-');
let subscriptions = 0;

ipcRenderer.on(channels.event, (_event, id: string, message: unknown) => listeners.get(id)?.(message));

const bridge: SlipwayBridge = {
  call: (name, input) => ipcRenderer.invoke(channels.call, name, input),
  subscribe(name, params, listener) {
    subscriptions += 1;
    const id = `${page}:${subscriptions}`;
    // The shell sends to this id only what the contract says this event is.
    listeners.set(id, listener as (message: unknown) => void);
    void ipcRenderer.invoke(channels.subscribe, id, name, params);
    return () => {
      if (listeners.delete(id)) void ipcRenderer.invoke(channels.unsubscribe, id);
    };
  },
  // Throws for what is no File; nothing of that comes from a drop.
  pathOf: (file) => webUtils.getPathForFile(file as File),
};

contextBridge.exposeInMainWorld('slipway', bridge);
