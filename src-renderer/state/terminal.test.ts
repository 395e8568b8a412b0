import { describe, expect, it } from 'vitest';
import type { TerminalView } from '../../src-shared/model/terminal.js';
import { createFakeBridge } from '../../test/fakes/bridge.js';
import { createClient } from '../client/client.js';
import type { TerminalScreen } from '../ui/terminal/screen.js';
import { TerminalMirror } from './terminal.svelte.js';

const open: TerminalView = {
  id: 'terminal-1',
  kind: 'serial-console',
  size: { columns: 80, rows: 24 },
  ended: null,
};

/** A mirror whose screen is there and whose station has said nothing yet. */
function setUp() {
  const bridge = createFakeBridge({ 'terminal.write': () => ({ ok: true, value: undefined }) });
  const client = createClient(bridge);
  const mirror = new TerminalMirror(client, open.id);
  const screen: Pick<TerminalScreen, 'size' | 'write' | 'replay'> = {
    size: open.size,
    write: () => Promise.resolve(),
    replay: () => Promise.resolve(),
  };
  mirror.attach(screen as TerminalScreen);
  const written = (): unknown[] =>
    bridge.calls.filter(({ name }) => name === 'terminal.write').map(({ input }) => input);
  return { bridge, mirror, written };
}

describe('what is typed into a terminal', () => {
  it('is sent before the station has said how the terminal stands', async () => {
    const { mirror, written } = setUp();
    mirror.write('\r', 'text');
    await Promise.resolve();
    expect(written()).toEqual([{ id: open.id, data: '\r', encoding: 'text' }]);
  });

  it('is not sent to one that has ended', async () => {
    const { bridge, mirror, written } = setUp();
    const ended = { at: 0, exitCode: 0, fault: null };
    bridge.send('terminal', { kind: 'state', viewer: 1, terminal: { ...open, ended } });
    mirror.write('\r', 'text');
    await Promise.resolve();
    expect(written()).toEqual([]);
  });
});
