import { beforeEach, describe, expect, it } from 'vitest';
import { createFakeClock, type FakeClock } from '../../../test/fakes/clock.js';
import { createEmitter } from '../emitter.js';
import { createAttachments, type Attachments, type Sighting } from './attachments.js';
import { createPortRoster, type PortRoster } from './port-roster.js';
import type { PortEvent } from './port-source.js';

const path = '/run/ttyW0';
const node = '/dev/pts/3';

/** A pseudo-terminal as devpts makes it: always the same inode, told apart by its change time alone. */
const made = (changeTime: string): Sighting => ({
  node,
  kind: 'pseudo-terminal',
  stamp: { lasting: '26:6:34819:0', touched: changeTime },
});

describe('the attachments of pseudo-terminals', () => {
  let clock: FakeClock;
  let roster: PortRoster;
  let attachments: Attachments;

  beforeEach(() => {
    clock = createFakeClock();
    roster = createPortRoster('test', createEmitter<PortEvent>(), clock);
    attachments = createAttachments(roster, clock);
    look(made('1'));
  });

  const look = (sighting: Sighting | null): void => {
    attachments.beginLook();
    if (!attachments.part(path, sighting) || sighting === null) return;
    const port = { path, node, kind: sighting.kind, physicalPath: `virtual:${path}` };
    attachments.join(path, sighting, { port, complete: true });
  };
  const identity = (): string | undefined => roster.get(path)?.identity;

  it('take a new change time for a new node when an entry of that name came or went', () => {
    const before = identity();
    attachments.noteRenamed(node);
    look(made('2'));
    expect(identity()).not.toBe(before);
  });

  it('take it for a change of mode when none did, after waiting a moment for late reports', () => {
    const before = identity();
    look(made('2'));
    expect(identity()).toBe(before);
    expect(attachments.nextLookIn()).toBe(100);
    clock.advance(100);
    look(made('2'));
    expect(attachments.nextLookIn()).toBeNull();
    expect(identity()).toBe(before);
  });

  it('take it for a new node when the report comes late', () => {
    const before = identity();
    look(made('2'));
    clock.advance(50);
    attachments.noteRenamed(node);
    look(made('2'));
    expect(identity()).not.toBe(before);
  });

  it('take it for a new node when events may have been lost', () => {
    const before = identity();
    attachments.noteRenamed(null);
    look(made('2'));
    expect(identity()).not.toBe(before);
  });

  it('do not take the report of a node that is known already for a new one', () => {
    const before = identity();
    attachments.noteRenamed(node);
    look(made('1'));
    expect(identity()).toBe(before);
    look(made('2'));
    expect(identity()).toBe(before);
  });
});
