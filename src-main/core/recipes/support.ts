import type { SupportLevel } from '../../../src-shared/model/image.js';

export interface Support {
  level: SupportLevel;
  /** The number of a release candidate, when the label gives one. */
  candidate?: number;
}

const ranks: Readonly<Record<SupportLevel, number>> = {
  stable: 3,
  'release-candidate': 2,
  beta: 1,
  unknown: 0,
};

const forms: readonly { level: SupportLevel; pattern: RegExp }[] = [
  { level: 'stable', pattern: /^(stable|estable)$/ },
  { level: 'beta', pattern: /^beta(?: \d+)?$/ },
  {
    level: 'release-candidate',
    pattern:
      /^(?:rc|release candidate|(?:version )?candidat[oa](?: (?:a )?(?:estable|lanzamiento|version(?: (?:estable|final))?))?)(?: ?(?<candidate>\d{1,4}))?$/,
  },
];

/** The image label that says how well it supports a model, as in the articles: `deviceSupportStatus.widgy`. */
export function supportLabel(model: string): string {
  return `deviceSupportStatus.${model}`;
}

/**
 * Reads the text of such a label: `Stable`, `Release Candidate 3`, `RC3`, `Beta`, and in Spanish
 * `Estable`, `Candidata a estable 3`. Case, accents, spaces and hyphens do not count. Anything else, and
 * no label at all, is `unknown`.
 */
export function understandSupport(text: string | undefined): Support {
  const plain = (text ?? '')
    .normalize('NFD')
    .replace(/\p{Diacritic}/gu, '')
    .toLowerCase()
    .replace(/[\s_-]+/g, ' ')
    .trim();
  for (const { level, pattern } of forms) {
    const found = pattern.exec(plain);
    if (found === null) continue;
    const candidate = found.groups?.['candidate'];
    return candidate === undefined ? { level } : { level, candidate: Number(candidate) };
  }
  return { level: 'unknown' };
}

/** Whether a level is as good as the least that a recipe asks for. */
export function meetsMinimum(level: SupportLevel, minimum: SupportLevel): boolean {
  return ranks[level] >= ranks[minimum];
}
