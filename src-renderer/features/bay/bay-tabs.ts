import type { Component } from 'svelte';
import type { MessageKey } from '../../../src-shared/messages/catalogue.js';
import type { BayView } from '../../../src-shared/model/bay.js';
import type { BayTab } from '../window/navigation.svelte.js';
import ContainerTab from '../container/ContainerTab.svelte';
import FilesTab from '../files/FilesTab.svelte';
import ShellTab from '../shells/ShellTab.svelte';
import SerialTab from '../serial/SerialTab.svelte';
import RunTab from './RunTab.svelte';

/** What each tab of a bay shows, and what it is called. */
export const bayTabParts: Readonly<
  Record<BayTab, { label: MessageKey; part: Component<{ view: BayView }> }>
> = {
  run: { label: 'window.bay.tab.run', part: RunTab },
  container: { label: 'window.bay.tab.container', part: ContainerTab },
  files: { label: 'files.tab', part: FilesTab },
  shell: { label: 'shells.tabLabel', part: ShellTab },
  serial: { label: 'serial.tab', part: SerialTab },
};
