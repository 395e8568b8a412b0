import { chmodSync, lstatSync, renameSync, statSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { createTemporaryFolder } from '../../../test/fakes/temporary-folder.js';
import { identityOf, linkStamp, stampOf } from './node-stamp.js';
import { isStillThere } from './still-there.js';

const folder = createTemporaryFolder();
afterAll(() => folder.dispose());

/** A plain file in the place of a node: what tells one making of it from the next is the same. */
function plug(name: string) {
  const path = join(folder.path, name);
  writeFileSync(path, '');
  return { path, node: path, identity: identityOf(stampOf(statSync(path, { bigint: true }))) };
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
    const port = { path, node: one.node, identity };
    expect(isStillThere(port)).toBe(true);
    // Touched, as pseudo-terminals are by whoever changes their mode: no new plug.
    expect(isStillThere({ ...port, identity: `${identity}:1234` })).toBe(true);
    unlinkSync(path);
    symlinkSync(other.node, path);
    expect(isStillThere(port)).toBe(false);
  });
});
