import { formatProblem, parseRecipe, type ParsedRecipe } from '../../src-main/core/recipes/load.js';
import { createMessages } from '../../src-shared/messages/messages.js';
import type { RecipeProblem } from '../../src-shared/model/station.js';

/** The least that is a recipe: a flasher without a panel. */
export const leastRecipe = `name: panel-less
title:
  en: Board without a panel
  es: Placa sin panel
model: plain
match: { vendorId: "2341" }
image: { name: plain-flasher }
flash:
  success:
    - exitCode: 0
`;

const english = createMessages('en');
const spanish = createMessages('es');

/** The least recipe with one part of it replaced. */
export function replacedInLeast(from: string, to: string): string {
  if (!leastRecipe.includes(from)) throw new Error(`The least recipe has no ${from}`);
  return leastRecipe.replace(from, to);
}

/** A recipe that is meant to be right; throws its problems when it is not. */
export function parsedRecipe(text: string): ParsedRecipe {
  const result = parseRecipe(text, 'a.yaml');
  if (!result.ok) throw new Error(result.error.map((one) => formatProblem(one, english)).join('\n'));
  return result.value;
}

/** What is wrong with a recipe; none when nothing is. */
export function problemsOf(text: string | Uint8Array): RecipeProblem[] {
  const result = parseRecipe(text, 'a.yaml');
  return result.ok ? [] : result.error;
}

/** As a person sees them. Both languages are filled in, so that a message without words fails. */
export function sentencesOf(text: string): string[] {
  return problemsOf(text).map((problem) => {
    formatProblem(problem, spanish);
    return formatProblem(problem, english);
  });
}
