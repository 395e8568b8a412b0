import type { Component } from 'svelte';
import type { MessageKey } from '../../../src-shared/messages/catalogue.js';
import type { MachineTab } from '../window/navigation.svelte.js';
import WebhooksTab from '../webhooks/WebhooksTab.svelte';
import CleanupTab from './CleanupTab.svelte';
import DoctorTab from './DoctorTab.svelte';
import VolumesTab from '../volumes/VolumesTab.svelte';

/** What each tab of the machine shows, and what it is called. */
export const machineTabParts: Readonly<Record<MachineTab, { label: MessageKey; part: Component }>> = {
  doctor: { label: 'machine.tab.doctor', part: DoctorTab },
  cleanup: { label: 'machine.tab.cleanup', part: CleanupTab },
  volumes: { label: 'volumes.tab', part: VolumesTab },
  webhooks: { label: 'machine.tab.webhooks', part: WebhooksTab },
};
