import type { Component } from 'svelte';
import type { MessageKey } from '../../../src-shared/messages/catalogue.js';
import type { BayView } from '../../../src-shared/model/bay.js';
import { laterTabs } from '../window/later-screens.js';
import type { BayTab } from '../window/navigation.svelte.js';
import RunTab from './RunTab.svelte';

/** What each tab of a bay shows, and what it is called. */
export const bayTabParts: Readonly<
  Record<BayTab, { label: MessageKey; load: () => Promise<{ default: Component<{ view: BayView }> }> }>
> = {
  run: { label: 'window.bay.tab.run', load: () => Promise.resolve({ default: RunTab }) },
  container: { label: 'window.bay.tab.container', load: laterTabs.container },
  files: { label: 'files.tab', load: laterTabs.files },
  shell: { label: 'shells.tabLabel', load: laterTabs.shell },
  serial: { label: 'serial.tab', load: laterTabs.serial },
};
