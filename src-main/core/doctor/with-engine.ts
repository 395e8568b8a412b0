import { warning, type Finding } from './check.js';
import type { EngineFacts } from './engine-facts.js';
import type { Machine } from './machine.js';

/** What the engine says of itself leads to a finding; where it says nothing, that is the finding. */
export async function withEngine(
  machine: Machine,
  judge: (facts: EngineFacts) => Finding | Promise<Finding>,
): Promise<Finding> {
  const facts = await machine.engine();
  if (facts.ok) return judge(facts.value);
  if (machine.view.state !== 'ready') return warning('unknown.no-engine');
  return warning('unknown.no-engine-facts', { reason: facts.error.detail ?? facts.error.code });
}
