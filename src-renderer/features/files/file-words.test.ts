import { describe, expect, it } from 'vitest';
import type { FileEntry } from '../../../src-shared/model/files.js';
import {
  crumbsOf,
  hostName,
  hostPathIn,
  modeText,
  opens,
  parentOf,
  pathIn,
  takenNames,
} from './file-words.js';

const entry = (change: Partial<FileEntry>): FileEntry => ({
  name: 'a',
  kind: 'file',
  size: 0,
  mode: 0o644,
  uid: 0,
  gid: 0,
  modifiedAt: 0,
  target: null,
  leadsTo: null,
  addressable: true,
  mount: null,
  ...change,
});

describe('the files of a container, in words', () => {
  it('writes permissions as ls does', () => {
    expect(modeText({ kind: 'file', mode: 0o644 })).toBe('-rw-r--r--');
    expect(modeText({ kind: 'folder', mode: 0o1777 })).toBe('drwxrwxrwt');
    expect(modeText({ kind: 'file', mode: 0o4755 })).toBe('-rwsr-xr-x');
    expect(modeText({ kind: 'file', mode: 0o6644 })).toBe('-rwSr-Sr--');
    expect(modeText({ kind: 'link', mode: 0o777 })).toBe('lrwxrwxrwx');
    expect(modeText({ kind: 'device', mode: 0o000 })).toBe('c---------');
  });

  it('knows the way to a folder and back', () => {
    expect(crumbsOf('/')).toEqual([{ name: '/', path: '/' }]);
    expect(crumbsOf('/var/log').map(({ path }) => path)).toEqual(['/', '/var', '/var/log']);
    expect(pathIn('/', 'etc')).toBe('/etc');
    expect(pathIn('/etc', 'hosts')).toBe('/etc/hosts');
    expect(parentOf('/etc/apt')).toBe('/etc');
    expect(parentOf('/etc')).toBe('/');
    expect(parentOf('/')).toBe('/');
  });

  it('writes paths of the station as its system does', () => {
    expect(hostPathIn('/home/ana', 'log')).toBe('/home/ana/log');
    expect(hostPathIn('/', 'log')).toBe('/log');
    expect(hostPathIn('C:\\Users\\ana', 'log')).toBe('C:\\Users\\ana\\log');
    expect(hostPathIn('\\\\nas\\widgets', 'log')).toBe('\\\\nas\\widgets\\log');
    expect(hostName('/home/ana/firmware/')).toBe('firmware');
    expect(hostName('C:\\Users\\ana\\logo.bin')).toBe('logo.bin');
  });

  it('opens folders and what leads to one', () => {
    expect(opens(entry({ kind: 'folder' }))).toBe(true);
    expect(opens(entry({ kind: 'link', leadsTo: 'folder' }))).toBe(true);
    expect(opens(entry({ kind: 'link', leadsTo: null }))).toBe(true);
    expect(opens(entry({ kind: 'link', leadsTo: 'nothing' }))).toBe(false);
    expect(opens(entry({ kind: 'file' }))).toBe(false);
    expect(opens(entry({ kind: 'folder', addressable: false }))).toBe(false);
  });

  it('says which files an upload would replace; a folder is none', () => {
    const there = [entry({ name: 'logo.bin' }), entry({ name: 'etc', kind: 'folder' })];
    expect(takenNames(['/srv/logo.bin', '/srv/new', '/srv/etc'], there)).toEqual(['logo.bin']);
  });
});
