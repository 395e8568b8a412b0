/** What the fake station answers to the calls of its parts (`src-shared/contract/`) until a test says otherwise. */
export function partAnswers() {
  return {};
}
