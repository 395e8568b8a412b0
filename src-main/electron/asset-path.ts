import { isAbsolute, join, relative, sep } from 'node:path';

/**
 * The file below `root` that a URL's path asks for, or undefined when it asks for anything else: a path
 * that cannot be decoded, that leaves the folder, or that is spelled for another system.
 */
export function assetPath(root: string, pathname: string): string | undefined {
  let decoded: string;
  try {
    decoded = decodeURIComponent(pathname);
  } catch {
    return undefined; // Not a well-formed escape: no file is called that.
  }
  if (/[\0\\]/.test(decoded) || !decoded.startsWith('/')) return undefined;
  const path = join(root, decoded === '/' ? 'index.html' : decoded);
  const inside = relative(root, path);
  const leaves = inside === '' || inside === '..' || inside.startsWith(`..${sep}`) || isAbsolute(inside);
  return leaves ? undefined : path;
}
