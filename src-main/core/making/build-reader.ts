import { buildMessageSchema, type BuildReader } from './build-events.js';
import { createBuildKitReader, traceId } from './buildkit-reader.js';
import { createClassicReader } from './classic-reader.js';

/** Reads whichever builder answers: the first message that only BuildKit sends decides. */
export function createBuildReader(): BuildReader {
  let reader: BuildReader | null = null;
  return {
    read(message) {
      if (reader === null) {
        const parsed = buildMessageSchema.safeParse(message).data;
        const isBuildKit = parsed?.id === traceId || /^#\d+ /.test(parsed?.stream ?? '');
        reader = isBuildKit ? createBuildKitReader() : createClassicReader();
      }
      return reader.read(message);
    },
    end: () => reader?.end() ?? [],
  };
}
