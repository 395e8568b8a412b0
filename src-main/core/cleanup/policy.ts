import type { CleanupItem, CleanupKind } from '../../../src-shared/model/cleanup.js';
import type { Retention } from '../config/retention.js';

/** When the things of some kinds go by themselves. Null is never. */
interface Rule {
  kinds: readonly CleanupKind[];
  /** In ms. */
  age: number | null;
  count?: number | null;
  /** Of all of them together, in bytes. */
  size?: number | null;
}

function rulesOf({ containers, images, buildCache, logs, jobs }: Retention): Rule[] {
  return [
    { kinds: ['container', 'shell'], ...containers },
    // Named images, networks and volumes never go by themselves: only a person knows what they are for.
    { kinds: ['old-build'], ...images },
    { kinds: ['build-cache'], ...buildCache },
    { kinds: ['run-log'], ...logs },
    { kinds: ['job'], ...jobs },
  ];
}

/**
 * The ids of what the policy removes next: older than its age, or beyond the newest so many, or beyond the
 * newest so many bytes. What is in use is counted, but never among them.
 */
export function dueByPolicy(items: readonly CleanupItem[], retention: Retention, now: number): Set<string> {
  const due = new Set<string>();
  for (const { kinds, age, count = null, size = null } of rulesOf(retention)) {
    const newestFirst = items
      .filter(({ kind }) => kinds.includes(kind))
      .sort((one, other) => (other.at ?? now) - (one.at ?? now));
    let bytes = 0;
    for (const [index, item] of newestFirst.entries()) {
      bytes += item.bytes ?? 0;
      const isTooOld = age !== null && now - (item.at ?? now) >= age;
      const isTooMany = (count !== null && index >= count) || (size !== null && bytes > size);
      if (item.kept === null && (isTooOld || isTooMany)) due.add(item.id);
    }
  }
  return due;
}
