import { beforeEach, expect, it } from 'vitest';
import { createFakeStation, type FakeStation } from '../../test/fakes/station.js';
import { createMessages } from '../../src-shared/messages/messages.js';
import type { Locale } from '../../src-shared/model/station.js';
import { createLog } from './log.js';
import { noticeVerdicts, type Notice } from './notifications.js';

let station: FakeStation;
let notices: Notice[];
let clicked: number[];
let lines: string[];
let locale: Locale;

beforeEach(() => {
  station = createFakeStation({ home: '/home' });
  notices = [];
  clicked = [];
  lines = [];
  locale = 'en';
});

function begin(isSupported = true): { dispose: () => void } {
  return noticeVerdicts({
    station,
    notifier: { isSupported: () => isSupported, show: (notice) => void notices.push(notice) },
    messages: () => createMessages(locale),
    onClick: (bay) => void clicked.push(bay),
    log: createLog(
      (line) => void lines.push(line),
      () => 0,
    ),
  });
}

const verdict = { runId: 'run-bay-1-0001', bay: 3, verdict: 'PASS', unitSerial: 'W-17', attempt: 1 } as const;

it('tells each verdict once, in the language of the moment', () => {
  begin();
  station.announce(verdict);
  locale = 'es';
  station.announce({ ...verdict, bay: 4, verdict: 'FAIL', unitSerial: null, attempt: 2 });
  expect(notices.map(({ title, body }) => [title, body])).toEqual([
    ['Bay 3: PASS', 'Unit W-17'],
    ['Bahía 4: NO APTO', 'No se conoce el número de serie de la unidad. Intento 2.'],
  ]);
});

it('brings the bay up when it is clicked', () => {
  begin();
  station.announce(verdict);
  notices[0]?.onClick();
  expect(clicked).toEqual([3]);
});

it('says once that the system has no notifications, and nothing after that', () => {
  begin(false);
  station.announce(verdict);
  station.announce(verdict);
  expect(notices).toEqual([]);
  expect(lines).toHaveLength(1);
});

it('ends with whoever began it', () => {
  begin().dispose();
  expect(station.listeners).toBe(0);
});
