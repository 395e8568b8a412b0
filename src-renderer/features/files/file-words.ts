import type { FileEntry, FileKind } from '../../../src-shared/model/files.js';
import type { IconName } from '../../ui/icons.js';

const kindLetters: Readonly<Record<FileKind, string>> = {
  folder: 'd',
  file: '-',
  link: 'l',
  device: 'c',
  pipe: 'p',
  socket: 's',
  other: '?',
};

export const kindIcons: Readonly<Record<FileKind, IconName>> = {
  folder: 'folder',
  file: 'file',
  link: 'link',
  device: 'plug',
  pipe: 'next',
  socket: 'plug',
  other: 'help',
};

/** The twelve permission bits as `ls -l` writes them: `drwxr-sr-t`. */
export function modeText({ kind, mode }: Pick<FileEntry, 'kind' | 'mode'>): string {
  const special = [mode & 0o4000, mode & 0o2000, mode & 0o1000];
  const letters = ['s', 's', 't'];
  const groups = [6, 3, 0].map((shift, index) => {
    const bits = (mode >> shift) & 0o7;
    const may = (bits & 1) !== 0;
    const letter = letters[index] ?? '';
    const last = special[index] === 0 ? (may ? 'x' : '-') : may ? letter : letter.toUpperCase();
    return `${bits & 4 ? 'r' : '-'}${bits & 2 ? 'w' : '-'}${last}`;
  });
  return kindLetters[kind] + groups.join('');
}

/** The folders on the way to a path of a container, the root first. */
export function crumbsOf(path: string): { name: string; path: string }[] {
  const names = path.split('/').filter((name) => name !== '');
  return [
    { name: '/', path: '/' },
    ...names.map((name, index) => ({ name, path: `/${names.slice(0, index + 1).join('/')}` })),
  ];
}

export function pathIn(folder: string, name: string): string {
  return folder === '/' ? `/${name}` : `${folder}/${name}`;
}

/** The folder that holds a path; of the root the root. */
export function parentOf(path: string): string {
  return crumbsOf(path).at(-2)?.path ?? '/';
}

/** The last name of a path as the station's system writes it. */
export function hostName(path: string): string {
  return path.split(/[/\\]/).findLast((part) => part !== '') ?? '';
}

/** A name in a folder of the station, as its system writes it. */
export function hostPathIn(folder: string, name: string): string {
  const separator = /^([A-Za-z]:|\\\\)/.test(folder) ? '\\' : '/';
  return /[/\\]$/.test(folder) ? folder + name : folder + separator + name;
}

/** Whether what is there may be looked into like a folder; nobody has looked where some links lead. */
export function opens({ kind, leadsTo, addressable }: FileEntry): boolean {
  return addressable && (kind === 'folder' || (kind === 'link' && (leadsTo ?? 'folder') === 'folder'));
}

/** Names of the station that stand in a folder of a container already, as files that could be replaced. */
export function takenNames(sources: readonly string[], entries: readonly FileEntry[]): string[] {
  const files = new Set(entries.filter(({ kind }) => kind !== 'folder').map(({ name }) => name));
  return sources.map(hostName).filter((name) => files.has(name));
}
