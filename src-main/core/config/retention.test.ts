import { describe, expect, it } from 'vitest';
import { createMessages } from '../../../src-shared/messages/messages.js';
import { formatProblem } from '../yaml/check.js';
import { defaultRetention, type Retention } from './retention.js';
import { parseStationConfig } from './station-config.js';

const surroundings = { home: '/srv/slipway', environment: {} };

function retention(text: string): Retention {
  const parsed = parseStationConfig(text, 'station.yaml', surroundings);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.error));
  return parsed.value.value.retention;
}

function sentence(text: string): string {
  const parsed = parseStationConfig(text, 'station.yaml', surroundings);
  const [problem] = parsed.ok ? [] : parsed.error;
  return problem === undefined ? '' : formatProblem(problem, createMessages('en'));
}

describe('retention in station.yaml', () => {
  it('keeps the defaults of what is not said', () => {
    expect(retention('retention: { containers: { count: 3 } }')).toEqual({
      ...defaultRetention,
      containers: { ...defaultRetention.containers, count: 3 },
    });
  });

  it('reads ages, sizes and counts, none at all, and never', () => {
    expect(
      retention(
        'retention:\n  logs: { age: 8w, size: 512MiB }\n  images: { age: never, count: 0 }\n  jobs: { age: 12h, count: never }\n',
      ),
    ).toMatchObject({
      logs: { age: 8 * 7 * 86_400_000, size: 512 * 1024 ** 2 },
      images: { age: null, count: 0 },
      jobs: { age: 12 * 3_600_000, count: null },
    });
  });

  it('says what was expected in place of a mistake', () => {
    expect(sentence('retention:\n  logs: { age: 30 }\n')).toBe(
      'station.yaml:2:16: retention.logs.age: Expected an age with its unit, such as 12h, 30d or 8w, or never; found “30”.',
    );
    expect(sentence('retention:\n  images: { count: -1 }\n')).toContain('Expected a whole number, or never');
    expect(sentence('retention:\n  logs: { size: big }\n')).toContain('such as 512MiB or 4GiB, or never');
    expect(sentence('retention:\n  log: { age: 1d }\n')).toContain('logs');
  });
});
