import type { VolumeView } from '../../../src-shared/model/volumes.js';
import type { Language } from '../../state/language.svelte.js';

/** What the engine takes for a volume's name; the contract says the same. */
const volumeName = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{1,199}$/;

export function isVolumeName(name: string): boolean {
  return volumeName.test(name);
}

export function isUsed({ usedBy, foreignUsers }: VolumeView): boolean {
  return usedBy.length > 0 || foreignUsers > 0;
}

/** Who has a volume mounted, in words; null for nobody. */
export function usersText(volume: VolumeView, { text }: Language): string | null {
  const users = volume.usedBy.map(({ name, bay, isRunning }) => {
    const place = bay === null ? name : text('volumes.usedByBay', { name, bay });
    return isRunning ? place : `${place}, ${text('volumes.stopped')}`;
  });
  if (volume.foreignUsers > 0) users.push(text('volumes.foreign', { count: volume.foreignUsers }));
  return users.length === 0 ? null : users.join('; ');
}

/** Whole days since then: an age as one thinks of it. */
export function ageDays(createdAt: number, now: number): number {
  return Math.max(0, Math.floor((now - createdAt) / 86_400_000));
}
