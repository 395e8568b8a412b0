import type { BayView } from '../../src-shared/model/bay.js';
import type { Port } from '../../src-shared/model/port.js';
import type { Station } from '../core/station-api.js';
import type { Output } from './output.js';

/** Writes a line for every port, bay, progress and run that changes, until disposed. */
export function reportChanges(station: Station, output: Output): { dispose(): void } {
  const { messages } = output;
  const ports = new Map<number, Port>();
  const lastBay = new Map<number, string>();
  const lastProgress = new Map<number, string>();

  function reportPort(bay: BayView): void {
    const before = ports.get(bay.number);
    const { port } = bay;
    if (before?.identity === port?.identity && before?.path === port?.path) return;
    if (before !== undefined) {
      output.event('port', { change: 'detached', port: before });
      output.line(messages.text('cli.port-detached', { path: before.path }));
    }
    if (port === null) {
      ports.delete(bay.number);
      return;
    }
    ports.set(bay.number, port);
    output.event('port', { change: 'attached', port });
    output.line(messages.text('cli.port-attached', { path: port.path }));
  }

  function reportBay(bay: BayView): void {
    const key = JSON.stringify([
      bay.status,
      bay.reason,
      bay.label,
      bay.recipe?.name,
      bay.run?.id,
      bay.run?.phase,
    ]);
    if (lastBay.get(bay.number) === key) return;
    lastBay.set(bay.number, key);
    output.event('bay', { bay });
    const status =
      bay.status === 'running' && bay.run !== null
        ? messages.text(`words.phase.${bay.run.phase}`)
        : messages.text(`words.status.${bay.status}`);
    const named = { bay: bay.number, status };
    output.line(
      bay.reason === null
        ? messages.text('cli.bay-line', named)
        : messages.text('cli.bay-line-reason', {
            ...named,
            reason: messages.what(bay.reason),
            remedy: messages.remedy(bay.reason),
          }),
    );
  }

  function reportProgress({ number, run }: BayView): void {
    if (run === null || run.verdict !== null || run.phase !== 'flash') return;
    const { percent, message = '', step = '' } = run.progress;
    const key = JSON.stringify([run.id, run.progress]);
    if (percent === null || lastProgress.get(number) === key) return;
    lastProgress.set(number, key);
    output.event('progress', {
      bay: number,
      runId: run.id,
      phase: run.phase,
      percent,
      step,
      message,
      unitSerial: run.unitSerial,
    });
    output.line(
      messages.text('cli.progress-line', {
        bay: number,
        phase: messages.text(`words.phase.${run.phase}`),
        percent: `${percent} %`,
        message: message === '' ? step : message,
      }),
    );
  }

  const report = (bay: BayView): void => {
    reportPort(bay);
    reportBay(bay);
    reportProgress(bay);
  };

  const subscriptions = [
    station.subscribe('bays', undefined, (message) => {
      if (message.kind === 'bays') message.bays.forEach(report);
      else report(message.bay);
    }),
    station.subscribe('verdict', undefined, ({ runId, bay, verdict, unitSerial }) => {
      void station.handlers['runs.show']({ runId }).then((shown) => {
        const run = shown.ok ? shown.value : null;
        output.event('run', { runId, bay, verdict, unitSerial, run });
        const named = {
          bay,
          verdict: messages.text(`words.verdict.${verdict}`),
          unit: unitSerial ?? '',
        };
        output.line(
          run === null || run.fault === null
            ? messages.text('cli.run-line', named)
            : messages.text('cli.run-line-reason', {
                ...named,
                reason: messages.what(run.fault),
                remedy: messages.remedy(run.fault),
              }),
        );
      });
    }),
  ];
  return {
    dispose() {
      for (const subscription of subscriptions) subscription.dispose();
    },
  };
}
