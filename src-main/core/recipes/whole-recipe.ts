import type { z } from 'zod';
import { whenAsked } from './identity-schema.js';
import type { Recipe } from './schema.js';
import { actionsOf, needsFlasher, takesPort } from './test-schema.js';

/** What no field alone can tell: whether the parts of a recipe go together. */
export function checkWholeRecipe(recipe: Recipe, context: z.RefinementCtx<Recipe>): void {
  const { container, flash, identity, tests } = recipe;
  const say = (message: string, path: (string | number)[], params: Record<string, string> = {}): void =>
    context.addIssue({ code: 'custom', message, path, params });

  const needsPanel = [
    ...(typeof flash.start === 'object' ? [['flash', 'start']] : []),
    ...flash.progress.flatMap((source, index) => ('http' in source ? [['flash', 'progress', index]] : [])),
    ...flash.success.flatMap((sign, index) => ('http' in sign ? [['flash', 'success', index]] : [])),
    ...flash.failure.flatMap((sign, index) => ('http' in sign ? [['flash', 'failure', index]] : [])),
  ];
  if (container.panelPort === undefined) for (const path of needsPanel) say('needsPanelPort', path);
  else if (container.network === 'none') say('panelNeedsNetwork', ['container', 'network']);

  const targets = new Set<string>();
  container.mounts.forEach((mount, index) => {
    const target = mount.target.replace(/\/+$/, '');
    if (targets.has(target)) say('mountTargetTaken', ['container', 'mounts', index, 'target']);
    targets.add(target);
  });

  const onlyExit = flash.success.every((sign) => 'exitCode' in sign);
  const names = new Set<string>();
  const asksFirst = whenAsked(identity) === 'after' && !flash.releasesPort;
  let flasherGone: string | undefined;
  tests.forEach((test, index) => {
    for (const action of actionsOf(test)) {
      if (needsFlasher(action)) {
        if (onlyExit) say('testNeedsRunningContainer', ['tests', index]);
        else if (asksFirst) say('testAfterIdentity', ['tests', index]);
        else if (flasherGone !== undefined) say('testAfterFlasher', ['tests', index], { other: flasherGone });
      }
      // What is given the port can only be so when the flasher has let go of it by then.
      if (takesPort(action) && !flash.releasesPort) flasherGone ??= test.name;
    }
    if (names.has(test.name)) say('testNameTaken', ['tests', index, 'name'], { name: test.name });
    names.add(test.name);
  });

  flash.failure.forEach((sign, index) => {
    if (!('exitCode' in sign)) return;
    const both = flash.success.some((other) => 'exitCode' in other && overlap(other.exitCode, sign.exitCode));
    if (both) say('exitCodeBoth', ['flash', 'failure', index, 'exitCode']);
  });
}

function overlap(one: number | 'non-zero', other: number | 'non-zero'): boolean {
  if (one === 'non-zero') return other !== 0;
  return other === 'non-zero' ? one !== 0 : one === other;
}
