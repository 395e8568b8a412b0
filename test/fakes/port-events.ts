import { vi } from 'vitest';
import type { PortEvent, PortSource } from '../../src-main/core/ports/port-source.js';

/** What a source said so far, in words: `+path`, `-path`, `!code`, `ok`. */
export function recordPortEvents(source: PortSource) {
  const events: PortEvent[] = [];
  const subscription = source.events.subscribe((event) => events.push(event));
  const words = (): string[] =>
    events.map((event) => {
      if (event.type === 'attached') return `+${event.port.path}`;
      if (event.type === 'detached') return `-${event.port.path}`;
      return event.fault === null ? 'ok' : `!${event.fault.code}`;
    });
  return {
    events,
    words,
    /** Resolves once the source has said exactly this; fails with the difference after two seconds. */
    says: (...expected: string[]) =>
      vi.waitFor(
        () => {
          const said = words();
          if (JSON.stringify(said) !== JSON.stringify(expected)) {
            throw new Error(`expected ${JSON.stringify(expected)}, heard ${JSON.stringify(said)}`);
          }
        },
        { timeout: 2000, interval: 2 },
      ),
    dispose: () => subscription.dispose(),
  };
}
