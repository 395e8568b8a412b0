import type { doctorCalls } from '../../../src-shared/contract/doctor.js';
import { fail, ok } from '../../../src-shared/model/result.js';
import type { DoctorCheck } from '../../../src-shared/model/station.js';
import type { HandlersOf } from '../part.js';
import type { PartContext } from '../parts.js';
import { mend } from './mends.js';
import { createPrograms } from './programs.js';
import { formatForTicket, readTicketFacts } from './ticket.js';
import { slipwayVersion } from './version.js';

/** What the doctor does beside looking: a mend that is safe, and the text for a ticket. */
export interface DoctorPart {
  readonly handlers: HandlersOf<typeof doctorCalls>;
  stop(): Promise<void>;
}

export function createDoctorPart(
  context: Pick<PartContext, 'home' | 'clock' | 'messages' | 'engine' | 'config' | 'secrets' | 'examine'>,
  applyRetention: () => Promise<unknown>,
): DoctorPart {
  const { home, clock, messages, engine, config, secrets, examine } = context;
  const controller = new AbortController();
  const tools = {
    home,
    workspace: () => config.state.config.workspace,
    programs: createPrograms(process.env),
    applyRetention,
    signal: controller.signal,
  };

  return {
    handlers: {
      async 'doctor.mend'({ check }) {
        // Only what is offered now: a page can ask for what it saw an hour ago.
        const offered = (await examine()).find((one: DoctorCheck) => one.check === check)?.mend;
        if (offered === undefined) return fail('mend-not-offered', { check });
        const mended = await mend(offered, tools);
        return mended.ok ? ok(await examine()) : mended;
      },
      async 'doctor.ticket'() {
        const at = clock.now();
        const facts = await readTicketFacts({ at, slipway: slipwayVersion, engine: engine.view });
        return ok({ text: secrets.redact(formatForTicket(await examine(), facts, messages())) });
      },
    },
    stop() {
      controller.abort();
      return Promise.resolve();
    },
  };
}
