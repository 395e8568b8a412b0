import { describe, expect, it } from 'vitest';
import { createFakeBay, logRecipe, type FakeBay } from '../../../test/fakes/bay.js';

const strictRecipe = logRecipe
  .replace('minimumSupport: unknown', 'minimumSupport: stable')
  .concat('retries: 2\n');
const beta = {
  id: `sha256:${'b'.repeat(64)}`,
  digest: null,
  digests: [],
  labels: { 'deviceSupportStatus.plain': 'Beta' },
};
const stable = { ...beta, labels: { 'deviceSupportStatus.plain': 'Estable' } };

async function plugged(automatic = true): Promise<FakeBay> {
  const place = createFakeBay({ recipe: strictRecipe, automatic });
  place.engine.images.set('flasher:latest', beta);
  await place.plug();
  return place;
}

describe('an image whose support is below what the recipe asks for', () => {
  it('keeps the bay from flashing, and the bay says why', async () => {
    const place = await plugged();
    expect(place.bay.view()).toMatchObject({
      status: 'blocked',
      reason: { code: 'image-support-too-low', params: { found: 'Beta', needed: 'stable', model: 'plain' } },
    });
    expect(place.bay.flash()).toMatchObject({ ok: false, error: { code: 'image-support-too-low' } });
  });

  it('lets one run pass that an engineer allowed, with who, when and why on the record', async () => {
    const place = await plugged();
    const at = place.clock.now();
    expect(place.bay.allowOnce('Inés', 'Pilot series, agreed with quality')).toMatchObject({ ok: true });
    await place.pass();
    expect(place.records.saved.at(-1)?.allowance).toEqual({
      by: 'Inés',
      at,
      reason: 'Pilot series, agreed with quality',
      status: 'Beta',
      minimum: 'stable',
      imageId: beta.id,
    });
    expect(place.lines().join('\n')).toContain('Inés allowed this run with support “Beta”');
  });

  it('asks again for the next run of the same unit: a retry never starts by itself', async () => {
    const place = await plugged();
    place.bay.allowOnce('Inés', 'Pilot series');
    await place.pass();
    place.engine.last().print('ERROR bad checksum');
    await place.pass(1000);
    expect(place.verdicts.map(({ conclusion }) => conclusion?.verdict)).toEqual(['FAIL']);
    expect(place.bay.view().status).toBe('ended');
    expect(place.bay.flash()).toMatchObject({ ok: false, error: { code: 'image-support-too-low' } });
    expect(place.bay.allowOnce('Inés', 'Once more')).toMatchObject({ ok: true });
  });

  it('asks again for the next unit', async () => {
    const place = await plugged();
    const port = place.bay.view().port;
    place.bay.allowOnce('Inés', 'Pilot series');
    await place.pass();
    place.engine.last().print('DONE');
    await place.pass(1000);
    if (port !== null) place.bay.detach(port);
    await place.plug({ identity: 'second' });
    expect(place.bay.view()).toMatchObject({ status: 'blocked', reason: { code: 'image-support-too-low' } });
  });

  it('allows the image that was seen and no other: one that took its name since is refused', async () => {
    const place = await plugged();
    const other = { ...beta, id: `sha256:${'c'.repeat(64)}` };
    place.engine.images.set('flasher:latest', other);
    place.bay.allowOnce('Inés', 'Pilot series');
    await place.pass();
    expect(place.records.saved.at(-1)).toMatchObject({
      verdict: 'ERROR',
      fault: { code: 'image-support-too-low' },
    });
    expect(place.engine.containers()).toEqual([]);
  });

  it('has nothing to allow when nothing is in the way', async () => {
    const place = await plugged(false);
    place.engine.setImage('flasher:latest', stable);
    await place.pass(1000);
    expect(place.bay.view().status).toBe('ready');
    expect(place.bay.allowOnce('Inés', 'Why not')).toMatchObject({
      ok: false,
      error: { code: 'allowance-not-needed' },
    });
  });

  it('is no way around anything else that is in the way', async () => {
    const place = await plugged();
    place.engine.setImage('flasher:latest', null);
    await place.pass(1000);
    expect(place.bay.allowOnce('Inés', 'Pilot series')).toMatchObject({
      ok: false,
      error: { code: 'image-missing' },
    });
  });

  it('starts by itself once a better image is there: it was plugged in for it', async () => {
    const place = await plugged();
    place.engine.setImage('flasher:latest', stable);
    await place.pass(1000);
    expect(place.bay.view().status).toBe('running');
  });
});

describe('the image that a run uses', () => {
  it('is looked at anew when the run starts: what was known of it may be old', async () => {
    const place = createFakeBay({ recipe: strictRecipe, automatic: false });
    place.engine.images.set('flasher:latest', stable);
    await place.plug();
    // Without an event: the engine did not tell.
    place.engine.images.set('flasher:latest', beta);
    place.bay.flash();
    await place.pass();
    expect(place.records.saved.at(-1)?.fault?.code).toBe('image-support-too-low');
  });

  it('must be the one that was checked: a name that moved before the container was made is refused', async () => {
    const place = createFakeBay({ recipe: logRecipe, automatic: false });
    await place.plug();
    const release = place.engine.hold('createContainer');
    place.bay.flash();
    await place.pass();
    place.engine.images.set('flasher:latest', beta);
    release();
    await place.pass(1000);
    expect(place.records.saved.at(-1)).toMatchObject({ verdict: 'ERROR', fault: { code: 'image-changed' } });
    expect(place.engine.containers()).toEqual([]);
  });

  it('must have the id that the recipe pins', async () => {
    const pinned = logRecipe.replace(
      "image: { name: 'flasher:latest' }",
      `image: { name: 'flasher:latest', id: 'sha256:${'e'.repeat(64)}' }`,
    );
    const place = createFakeBay({ recipe: pinned });
    await place.plug();
    expect(place.bay.view().reason?.code).toBe('image-digest-mismatch');
  });
});
