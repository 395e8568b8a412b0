import type { Locale } from '../../../src-shared/model/station.js';

/**
 * The language of the environment, as POSIX has it: LC_ALL before LC_MESSAGES before LANG, the first that
 * is not empty. English when it is neither of ours.
 */
export function localeOf(environment: NodeJS.ProcessEnv): Locale {
  const values = ['LC_ALL', 'LC_MESSAGES', 'LANG'].map((name) => environment[name] ?? '');
  return /^es([_.@-]|$)/i.test(values.find((value) => value !== '') ?? '') ? 'es' : 'en';
}
