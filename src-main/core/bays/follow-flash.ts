import { fault } from '../../../src-shared/model/result.js';
import type { LogLine, Progress } from '../../../src-shared/model/run.js';
import { pollPanel } from '../flash/poll.js';
import { readLogLine, type Finding } from '../flash/signs.js';
import type { Recipe } from '../recipes/schema.js';
import type { RunLog } from '../records/records.js';
import type { RunParts } from './run-parts.js';
import type { FlashEnd } from './flash-end.js';

/** Without a progress source, output itself shows that the flasher lives; it is told this often at most, in ms. */
const activityPause = 1000;

/**
 * Starts the flash if it is not started by launching, then reads output and panel until the signal aborts.
 * The first sign counts. Output from before the request is not taken for an answer to it.
 */
export async function followFlash(options: {
  flash: Recipe['flash'];
  log: RunLog;
  hostPort: number | null;
  flashStartedAt: number;
  trigger: boolean;
  /** Whether the flasher is known to have taken the request in another life of the station. */
  wasTaken: boolean;
  parts: Pick<RunParts, 'clock' | 'panelClient'>;
  signal: AbortSignal;
  onTriggered: () => void;
  onProgress: (progress: Partial<Progress>, unitSerial?: string) => void;
  /** Told of every sign, and of how far the reading is. */
  end: FlashEnd;
}): Promise<void> {
  const { flash, log, hostPort, flashStartedAt, trigger, parts, signal, end } = options;
  end.reading();
  let signSeen = false;
  let lastTold = '';
  let lastActivity = 0;

  function take(finding: Finding): void {
    if (signSeen || signal.aborted) return;
    if (finding.progress !== undefined || finding.unitSerial !== undefined) {
      const told = JSON.stringify([finding.progress, finding.unitSerial]);
      if (told !== lastTold) options.onProgress(finding.progress ?? {}, finding.unitSerial);
      lastTold = told;
    }
    if (finding.sign === undefined) return;
    signSeen = true;
    if (finding.sign.kind === 'success') end.sign('success');
    else end.sign({ verdict: 'FAIL', fault: fault('flash-failed', { reason: finding.sign.reason }) });
  }

  const countsFrom = typeof flash.start === 'object' ? flashStartedAt : 0;
  function readLine(line: LogLine): void {
    if (line.source === 'station' || line.at < countsFrom) return;
    take(readLogLine(flash, line.text));
    if (flash.progress.length === 0 && parts.clock.now() - lastActivity >= activityPause) {
      lastActivity = parts.clock.now();
      if (!signSeen) options.onProgress({});
    }
  }

  // What was written before counts too (a flasher that starts by itself, an adopted run); no line counts twice.
  let next = 0;
  let waiting: LogLine[] | null = [];
  const inOrder = (line: LogLine): void => {
    if (line.seq < next) return;
    next = line.seq + 1;
    readLine(line);
  };
  const subscription = log.appended.subscribe((line) => {
    if (waiting === null) inOrder(line);
    else waiting.push(line);
  });
  signal.addEventListener('abort', () => subscription.dispose(), { once: true });
  const replayed = await log.replay(inOrder);
  if (!replayed.ok) return end.sign({ verdict: 'ERROR', fault: replayed.error });
  const missed = waiting;
  waiting = null;
  missed.forEach(inOrder);
  end.caughtUp();

  if (trigger && typeof flash.start === 'object' && !(await requestFlash())) return;
  // By itself, because it has taken the request, or because it took it in another life of the station.
  end.flashing(trigger || typeof flash.start !== 'object' || options.wasTaken ? 'sure' : 'unsure');
  if (hostPort === null) return;
  await pollPanel({
    client: parts.panelClient,
    clock: parts.clock,
    flash,
    port: hostPort,
    signal,
    onFinding: take,
  });

  async function requestFlash(): Promise<boolean> {
    if (typeof flash.start !== 'object' || hostPort === null) return true;
    const { method, path, headers, body } = flash.start.http;
    const reply = await parts.panelClient.request(hostPort, path, {
      method,
      headers,
      signal,
      ...(body === undefined ? {} : { body }),
    });
    if (signal.aborted) return false;
    // Legacy panels answer a form with a redirect: that is a yes.
    if (reply.kind === 'answered' && reply.status < 400) {
      options.onTriggered();
      return true;
    }
    // Never sent twice: nobody knows whether the first one began to flash.
    const reason = reply.kind === 'answered' ? `HTTP ${reply.status}` : reply.reason;
    end.sign({ verdict: 'ERROR', fault: fault('flash-not-started', { reason }) });
    return false;
  }
}
