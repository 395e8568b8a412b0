import { createHash } from 'node:crypto';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Files that no build reads, so that a changed test does not build anew. */
const ignored = /(\.test\.[a-z]+|\.tsbuildinfo|\.md|~|\.swp)$/;

/**
 * @param {string} root
 * @param {string} path
 * @returns {string[]} files below a path, or the path itself; none where nothing is
 */
function filesOf(root, path) {
  try {
    if (!statSync(join(root, path)).isDirectory()) return [path];
  } catch {
    return [];
  }
  return readdirSync(join(root, path)).flatMap((entry) => filesOf(root, `${path}/${entry}`));
}

/**
 * One hash over the names and contents of files and folders, the same on every machine.
 * @param {string} root
 * @param {readonly string[]} paths relative to the root
 * @returns {string}
 */
export function hashOfInputs(root, paths) {
  const hash = createHash('sha256');
  const files = paths.flatMap((path) => filesOf(root, path)).filter((file) => !ignored.test(file));
  for (const file of [...new Set(files)].sort()) {
    const content = readFileSync(join(root, file));
    hash.update(`${file}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}
