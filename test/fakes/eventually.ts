import { vi } from 'vitest';

/**
 * Resolves with what `look` gives once it throws no more, and fails as it last did. The limit is for a machine
 * that has much else to do; nothing waits for it where all is well.
 */
export function eventually<Value>(look: () => Value | Promise<Value>, timeout = 8000): Promise<Value> {
  return vi.waitFor(look, { timeout, interval: 20 });
}
