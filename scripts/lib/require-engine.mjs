import { findEngine } from '../engine.mjs';

/**
 * Vitest's global set-up of the integration suite: an engine must answer. Without one the suite fails
 * with words; it never passes by leaving its tests out.
 */
export default async function requireEngine() {
  const { engine, tried } = await findEngine();
  if (engine === undefined) {
    const places = tried.map((one) => `  ${one.host} (${one.source}): ${one.detail ?? one.reason ?? ''}`);
    throw new Error(
      'The integration suite needs a container engine, and none answers:\n' +
        `${places.join('\n')}\nStart one with: node scripts/engine.mjs start`,
    );
  }
  // Workers inherit it, so the tests talk to the engine that was found.
  process.env['DOCKER_HOST'] = engine.host;
}
