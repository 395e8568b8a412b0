import type { ContainerMountView, FileEntry, FileKind } from '../../../src-shared/model/files.js';
import { isWithin, normalPath } from './mounts.js';

/** One name, before anybody knows what is mounted there. */
export type RawEntry = Omit<FileEntry, 'mount'>;

const findKinds: Readonly<Record<string, FileKind>> = {
  d: 'folder',
  f: 'file',
  l: 'link',
  b: 'device',
  c: 'device',
  p: 'pipe',
  s: 'socket',
};

/** For GNU find's `-printf`: each field ends with a zero byte, which no name can hold. */
export const gnuFormat = '%f\\0%y\\0%Y\\0%s\\0%m\\0%U\\0%G\\0%T@\\0%l\\0';
const gnuFields = 9;

/** What GNU find printed with `gnuFormat`. A last entry that was cut off is left out. */
export function parseGnuFind(output: Buffer): RawEntry[] {
  const fields = output.toString('utf8').split('\0');
  const entries: RawEntry[] = [];
  for (let at = 0; at + gnuFields < fields.length; at += gnuFields) {
    const [
      name = '',
      type = '',
      leads = '',
      size = '',
      mode = '',
      uid = '',
      gid = '',
      time = '',
      target = '',
    ] = fields.slice(at, at + gnuFields);
    const kind = findKinds[type] ?? 'other';
    entries.push({
      name,
      kind,
      size: kind === 'file' ? Number(size) : null,
      mode: Number.parseInt(mode, 8),
      uid: Number(uid),
      gid: Number(gid),
      modifiedAt: Math.round(Number(time) * 1000),
      target: kind === 'link' ? target : null,
      leadsTo: kind === 'link' ? whereTo(leads) : null,
      addressable: !name.includes('\ufffd'),
    });
  }
  return entries;
}

function whereTo(type: string): FileEntry['leadsTo'] {
  if (type === 'd') return 'folder';
  return type === 'N' || type === 'L' || type === '?' ? 'nothing' : 'file';
}

/** For the `stat` of BusyBox, which knows no zero byte: entries begin with a word that nobody can have guessed. */
export function busyboxFormat(mark: string): string {
  return `${mark} %f %u %g %s %Y %n${mark}%N`;
}

/** The kind bits of a Unix mode. Source: inode(7) */
const modeKinds: Readonly<Record<number, FileKind>> = {
  0o04: 'folder',
  0o10: 'file',
  0o12: 'link',
  0o06: 'device',
  0o02: 'device',
  0o01: 'pipe',
  0o14: 'socket',
};

/** What `stat` printed with `busyboxFormat(mark)` for each of a folder's names. */
export function parseBusyboxStat(output: Buffer, mark: string): RawEntry[] {
  const pieces = output.toString('utf8').split(mark);
  const entries: RawEntry[] = [];
  // A line is cut into `…mode uid gid size time path` and `'path' -> 'target'`; before the first there is nothing.
  for (let at = 1; at + 1 < pieces.length; at += 2) {
    const match = /^ ([0-9a-f]+) (\d+) (\d+) (\d+) (-?\d+) (.*)$/s.exec(pieces[at] ?? '');
    if (match === null) continue;
    const [, modeText = '', uid = '', gid = '', size = '', time = '', path = ''] = match;
    const bits = Number.parseInt(modeText, 16);
    const kind = modeKinds[Math.floor(bits / 0o10000)] ?? 'other';
    const name = path.slice(path.lastIndexOf('/') + 1);
    const target = targetOf(pieces[at + 1] ?? '', path);
    entries.push({
      name,
      kind,
      size: kind === 'file' ? Number(size) : null,
      mode: bits % 0o10000,
      uid: Number(uid),
      gid: Number(gid),
      modifiedAt: Number(time) * 1000,
      target: kind === 'link' ? target : null,
      leadsTo: null,
      addressable: !name.includes('\ufffd'),
    });
  }
  return entries;
}

/** BusyBox writes `'path' -> 'target'`, newer ones without the quotes that need none. */
function targetOf(text: string, path: string): string | null {
  const line = text.replace(/\n$/, '');
  for (const [before, after] of [
    [`'${path}' -> '`, `'`],
    [`${path} -> `, ''],
    [`'${path}' -> `, ''],
  ] as const) {
    if (line.startsWith(before) && line.endsWith(after)) {
      return line.slice(before.length, line.length - after.length);
    }
  }
  return null;
}

const byName = new Intl.Collator('en', { numeric: true, sensitivity: 'variant' });

/** Folders first, then by name; with what is mounted at each, and mounts that no listing shows. */
export function arrange(entries: RawEntry[], folder: string, mounts: ContainerMountView[]): FileEntry[] {
  const prefix = folder === '/' ? '/' : `${folder}/`;
  const at = new Map(mounts.map((mount) => [mount.path, mount]));
  const leads = ({ kind, leadsTo }: RawEntry): boolean => kind === 'folder' || leadsTo === 'folder';
  return entries
    .map((entry) => ({ ...entry, mount: at.get(normalPath(prefix + entry.name)) ?? null }))
    .sort((one, other) => Number(leads(other)) - Number(leads(one)) || byName.compare(one.name, other.name));
}

/** Mounts right in this folder that a listing lacks: the engine's archive does not show them. */
export function missingMounts(entries: RawEntry[], folder: string, mounts: ContainerMountView[]): RawEntry[] {
  const known = new Set(entries.map(({ name }) => name));
  const names = new Set(
    mounts
      .filter(({ path }) => path !== folder && isWithin(path, folder))
      .map(({ path }) => path.slice(folder === '/' ? 1 : folder.length + 1).split('/')[0] ?? ''),
  );
  return [...names]
    .filter((name) => !known.has(name))
    .map((name) => ({
      name,
      kind: 'folder' as const,
      size: null,
      mode: 0o755,
      uid: 0,
      gid: 0,
      modifiedAt: 0,
      target: null,
      leadsTo: null,
      addressable: true,
    }));
}
