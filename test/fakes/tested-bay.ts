import { logRecipe, type FakeBay } from './bay.js';

/** A recipe with these tests, in YAML, whose flasher has to say `DONE`: an exit code would end it before they run. */
export const withTests = (tests: string): string =>
  `${logRecipe.replace("success: [{ log: '^DONE' }, { exitCode: 0 }]", "success: [{ log: '^DONE' }]")}tests:\n${tests}`;

/** The flasher says that it is done, and the tests begin. */
export async function flashOver(fake: FakeBay): Promise<void> {
  fake.engine.last().print('DONE');
  await fake.pass(500);
}
