import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fail, ok, type Result } from '../../../src-shared/model/result.js';
import type { MendName } from '../../../src-shared/model/station.js';
import { isSystemError } from '../ports/system-error.js';
import type { Programs } from './programs.js';

/** What the mends act upon. */
export interface MendTools {
  home: string;
  workspace: () => string;
  programs: Programs;
  applyRetention: () => Promise<unknown>;
  signal: AbortSignal;
}

/**
 * The only things that the doctor ever does: each is named, takes nothing from whoever asks, and undoes nothing
 * that a person made. Fails with `mend-failed`.
 */
export async function mend(name: MendName, tools: MendTools): Promise<Result<void>> {
  try {
    switch (name) {
      case 'make-workspace':
        await mkdir(tools.workspace(), { recursive: true });
        return ok();
      case 'close-secrets':
        await chmod(join(tools.home, 'secrets'), 0o600);
        return ok();
      case 'start-engine':
        return await systemctl('start', tools);
      case 'boot-engine':
        return await systemctl('enable', tools);
      case 'apply-retention':
        await tools.applyRetention();
        return ok();
    }
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return fail('mend-failed', { reason: error.message }, error.message);
  }
}

async function systemctl(verb: 'start' | 'enable', { programs, signal }: MendTools): Promise<Result<void>> {
  const answer = await programs.ask('systemctl', ['--no-block', verb, 'docker'], signal);
  if (answer?.exitCode === 0) return ok();
  const reason = answer === null ? 'systemctl' : `systemctl ${verb} docker: ${String(answer.exitCode)}`;
  return fail('mend-failed', { reason }, answer?.output);
}
