import { expect, it } from 'vitest';
import { createMessages } from '../../../src-shared/messages/messages.js';
import { createRun } from '../../../test/fakes/records.js';
import { toJUnit } from './junit.js';

const messages = createMessages('en');
const phases = [
  { phase: 'prepare' as const, startedAt: 0, endedAt: 1000 },
  { phase: 'flash' as const, startedAt: 1000, endedAt: 5000 },
  { phase: 'finish' as const, startedAt: 5000, endedAt: 5100 },
];

it('has a case a phase and none that failed for a PASS', () => {
  const xml = toJUnit(
    createRun({ id: 'run-000001', phases, verdict: 'PASS', endedAt: 5100, startedAt: 0 }),
    messages,
    'log',
  );
  expect(xml.match(/<testcase/g)).toHaveLength(3);
  expect(xml).toContain('failures="0" errors="0"');
  expect(xml).toContain('time="4.000"');
});

it('blames the phase that failed: FAIL is a failure, anything else an error', () => {
  const base = { id: 'run-000001', phases, endedAt: 5100, startedAt: 0 };
  const failed = toJUnit(
    createRun({ ...base, verdict: 'FAIL', fault: { code: 'flash-failed', params: { reason: 'CRC' } } }),
    messages,
    '',
  );
  expect(failed).toMatch(/name="phase flash"[^>]*><failure type="flash-failed"/);
  const timedOut = toJUnit(
    createRun({ ...base, verdict: 'TIMEOUT', fault: { code: 'flash-timeout', params: { seconds: 1 } } }),
    messages,
    '',
  );
  expect(timedOut).toContain('errors="1"');
  expect(timedOut).toMatch(/<error type="flash-timeout"/);
});

it('escapes what XML reserves and replaces what it cannot hold', () => {
  const xml = toJUnit(
    createRun({ id: 'run-000001', phases, unitSerial: '"<&>' }),
    messages,
    'a\u0000b\u001b[31m\ud800 ]]>',
  );
  expect(xml).toContain('value="&quot;&lt;&amp;&gt;"');
  expect(xml).toContain('a\ufffdb\ufffd[31m\ufffd ]]&gt;');
});
