// What scripts/lib/unzip.mjs uses of yauzl 3.4, which ships no types.
declare module 'yauzl' {
  import type { Readable } from 'node:stream';

  interface Entry {
    fileName: string;
    externalFileAttributes: number;
  }
  interface ZipFile {
    isOpen: boolean;
    close(): void;
    eachEntry(): AsyncIterable<Entry>;
    openReadStreamPromise(entry: Entry): Promise<Readable>;
  }
  const yauzl: { openPromise(path: string): Promise<ZipFile> };
  export default yauzl;
}
