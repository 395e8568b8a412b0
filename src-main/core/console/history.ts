/** What came last and when, at most so many bytes of it: for a view that is changed. */
export interface History {
  add(bytes: Uint8Array, at: number): void;
  entries(): readonly { bytes: Uint8Array; at: number }[];
}

export function createHistory(limit: number): History {
  let entries: { bytes: Uint8Array; at: number }[] = [];
  let size = 0;
  return {
    add(bytes, at) {
      const last = entries.at(-1);
      // Single bytes of one moment in one piece: else a slow line would fill the list with them.
      if (last !== undefined && last.at === at) last.bytes = Buffer.concat([last.bytes, bytes]);
      else entries.push({ bytes, at });
      size += bytes.length;
      let gone = 0;
      for (const entry of entries) {
        if (size - entry.bytes.length < limit) break;
        size -= entry.bytes.length;
        gone += 1;
      }
      if (gone > 0) entries = entries.slice(gone);
    },
    entries: () => entries,
  };
}
