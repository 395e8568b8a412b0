import type { JobPhase } from '../../../src-shared/model/job.js';

/** What one line of debootstrap's output means. Its messages: /usr/share/debootstrap/functions, `info` and `error`. */
export interface DebootstrapLine {
  /** The phase that begins or goes on with this line; null where the line says nothing about it. */
  phase: JobPhase | null;
  level: 'info' | 'warning' | 'error' | 'output';
  text: string;
  /** The package that is fetched, unpacked or configured. */
  package: string | null;
}

const phases: [RegExp, JobPhase][] = [
  [
    /^(?:Retrieving|Checking) (?:InRelease|Release)|^(?:Valid|Invalid) Release signature|^Target architecture/,
    'release',
  ],
  [
    /^(?:Retrieving|Validating) Packages|^Resolving dependencies|^Found additional|^Checking component|^Base system already/,
    'find-packages',
  ],
  [/^(?:Retrieving|Validating) \S+ \S+$/, 'download'],
  [/^Chosen extractor|^Extracting /, 'extract'],
  [/^Installing core|^Unpacking required|^Configuring required/, 'install'],
  [/^Unpacking the base|^Configuring the base|^Unpacking |^Configuring /, 'configure'],
];

export function readDebootstrapLine(line: string): DebootstrapLine {
  const [, letter, said] = /^([IWE]): (.*)$/s.exec(line) ?? [];
  if (letter === undefined || said === undefined)
    return { phase: null, level: 'output', text: line, package: null };
  const level = letter === 'I' ? 'info' : letter === 'W' ? 'warning' : 'error';
  const phase = level === 'info' ? (phases.find(([pattern]) => pattern.test(said))?.[1] ?? null) : null;
  const named =
    /^(?:Retrieving|Validating|Extracting|Unpacking|Configuring) ([a-z0-9][a-z0-9+.-]+?)(?:\.{3}| \S+)?$/.exec(
      said,
    );
  const isPackage =
    named !== null && !/^(?:Retrieving|Checking|Validating) (?:InRelease|Release|Packages)/.test(said);
  return { phase, level, text: said, package: isPackage ? (named[1] ?? null) : null };
}
