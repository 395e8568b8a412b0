/** Remembers the hashes of files by what identifies their content, and lets those who want the same wait for one reading. */
export interface ContentCache {
  /**
   * The hash that `read` gives, or gave before for this identity. Fails as `read` fails. A reading that
   * ended because its own caller gave up is begun again by the next.
   */
  get(identity: string, signal: AbortSignal, read: () => Promise<string>): Promise<string>;
  readonly size: number;
}

/** Holds at most `limit` files (about 200 bytes each); those not asked for the longest are forgotten first. */
export function createContentCache(limit = 50_000): ContentCache {
  const known = new Map<string, string>();
  const reading = new Map<string, { signal: AbortSignal; hash: Promise<string> }>();

  function remember(identity: string, hash: string): void {
    known.delete(identity);
    known.set(identity, hash);
    for (const oldest of known.keys()) {
      if (known.size <= limit) return;
      known.delete(oldest);
    }
  }

  async function begin(identity: string, signal: AbortSignal, read: () => Promise<string>): Promise<string> {
    const hash = read();
    reading.set(identity, { signal, hash });
    try {
      const value = await hash;
      remember(identity, value);
      return value;
    } finally {
      reading.delete(identity);
    }
  }

  return {
    async get(identity, signal, read) {
      for (;;) {
        const value = known.get(identity);
        if (value !== undefined) {
          remember(identity, value);
          return value;
        }
        const others = reading.get(identity);
        if (others === undefined) return begin(identity, signal, read);
        try {
          return await others.hash;
        } catch (error) {
          if (!others.signal.aborted) throw error;
          signal.throwIfAborted();
        }
      }
    },
    get size() {
      return known.size;
    },
  };
}
