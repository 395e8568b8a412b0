import { describe, expect, it } from 'vitest';
import type { FileEntry, FolderView } from '../../../src-shared/model/files.js';
import { createFakeBridge } from '../../../test/fakes/bridge.js';
import { createClient } from '../../client/client.js';
import { FolderListing } from './folder-listing.svelte.js';

const all: FileEntry[] = Array.from({ length: 2500 }, (_, index) => ({
  name: `file ${index}`,
  kind: 'file',
  size: index,
  mode: 0o644,
  uid: 0,
  gid: 0,
  modifiedAt: 0,
  target: null,
  leadsTo: null,
  addressable: true,
  mount: null,
}));

function folder(path: string, from: number, limit: number): FolderView {
  return {
    container: { id: 'a', name: 'a', image: 'a', runId: null, isRunning: true, startedAt: 0 },
    path,
    mount: null,
    readOnlyRoot: false,
    entries: all.slice(from, from + limit),
    total: all.length,
    complete: true,
  };
}

describe('a folder of a container', () => {
  it('is there at once, and whole page after page', async () => {
    const bridge = createFakeBridge({
      'files.list': ({ path, from = 0, limit = 0 }) => ({ ok: true, value: folder(path, from, limit) }),
    });
    const listing = new FolderListing(createClient(bridge));
    await listing.load('a', '/var');
    expect(listing.entries).toHaveLength(2500);
    expect(listing.entries.at(-1)?.name).toBe('file 2499');
    expect(bridge.calls.map(({ input }) => (input as { from: number }).from)).toEqual([0, 1000, 2000]);
    expect(listing.isLoading).toBe(false);
  });

  it('forgets the folder that nobody waits for any more', async () => {
    const bridge = createFakeBridge({
      'files.list': ({ path, from = 0, limit = 0 }) => ({ ok: true, value: folder(path, from, limit) }),
    });
    const listing = new FolderListing(createClient(bridge));
    await Promise.all([listing.load('a', '/var'), listing.load('a', '/etc')]);
    expect(listing.view?.path).toBe('/etc');
    expect(listing.entries).toHaveLength(2500);
  });

  it('shows why it cannot be read, and nothing of another folder beside it', async () => {
    const bridge = createFakeBridge({
      'files.list': ({ path, from = 0, limit = 0 }) =>
        path === '/root'
          ? { ok: false, error: { code: 'file-forbidden', params: { path }, message: '' } }
          : { ok: true, value: folder(path, from, limit) },
    });
    const listing = new FolderListing(createClient(bridge));
    await listing.load('a', '/var');
    await listing.load('a', '/root');
    expect(listing.fault?.code).toBe('file-forbidden');
    expect(listing.entries).toEqual([]);
    await listing.load('a', '/var');
    expect(listing.fault).toBeNull();
  });
});
