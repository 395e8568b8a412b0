import manifest from '../../../package.json' with { type: 'json' };

/** The version of this Slipway, as its package says it. */
export const slipwayVersion: string = manifest.version;
