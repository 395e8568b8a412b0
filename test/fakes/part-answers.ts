import { ok, type Result } from '../../src-shared/model/result.js';

/** What the fake station answers to the calls of its parts (`src-shared/contract/`) until a test says otherwise. */
export function partAnswers() {
  return { ...terminalAnswers() };
}

function terminalAnswers() {
  const done = (): Promise<Result<void>> => Promise.resolve(ok());
  return { 'terminal.write': done, 'terminal.resize': done, 'terminal.ack': done, 'terminal.close': done };
}
