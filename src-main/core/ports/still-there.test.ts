import { chmodSync, lstatSync, renameSync, statSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createTemporaryFolder } from '../../../test/fakes/temporary-folder.js';
import { identityOf, identityWithoutNode, linkStamp, stampOf } from './node-stamp.js';
import { isStillThere } from './still-there.js';

const folder = createTemporaryFolder();
afterAll(() => folder.dispose());

/** A plain file in the place of a node: what tells one making of it from the next is the same. */
function plug(name: string) {
  const path = join(folder.path, name);
  writeFileSync(path, '');
  const identity = identityOf(stampOf(statSync(path, { bigint: true })));
  return { path, node: path, physicalPath: `virtual:${path}`, identity };
}

describe('the node of a port', () => {
  it('is still there as long as nobody has made it anew', () => {
    const port = plug('ttyACM0');
    chmodSync(port.path, 0o600);
    writeFileSync(port.path, 'written to');
    expect(isStillThere(port)).toBe(true);
  });

  it('is not when it is gone, or when another has its name: no watch has to have told so', () => {
    const port = plug('ttyACM1');
    const other = plug('ttyACM2');
    renameSync(other.path, port.path);
    expect(isStillThere(port)).toBe(false);
    unlinkSync(port.path);
    expect(isStillThere(port)).toBe(false);
  });

  it('behind a link is another one when the link is made anew, or points elsewhere', () => {
    const [one, other] = [plug('pts1'), plug('pts2')];
    const path = join(folder.path, 'widget');
    symlinkSync(one.node, path);
    const { lasting } = stampOf(statSync(path, { bigint: true }));
    const identity = `${lasting}@${linkStamp(lstatSync(path, { bigint: true }))}`;
    const port = { ...one, path, identity };
    expect(isStillThere(port)).toBe(true);
    // Touched, as pseudo-terminals are by whoever changes their mode: no new plug.
    expect(isStillThere({ ...port, identity: `${identity}:1234` })).toBe(true);
    unlinkSync(path);
    symlinkSync(other.node, path);
    expect(isStillThere(port)).toBe(false);
  });

  it('cannot be asked where ports are no files: the list of them is what there is', () => {
    const place = {
      path: 'COM3',
      node: 'COM3',
      physicalPath: 'usb:Port_#0002.Hub_#0001:1.0',
      serialNumber: 'W-1',
    };
    expect(isStillThere({ ...place, identity: identityWithoutNode(place) })).toBe(true);
    expect(isStillThere({ ...place, identity: identityOf({ lasting: '1:2:3:4', touched: '' }) })).toBe(false);
  });
});
