import { resolve } from 'node:path';
import { supportSummary, supportWords } from '../../src-shared/messages/image-words.js';
import { sizeText } from '../../src-shared/messages/sizes.js';
import type { ArchiveContent, ImageDetail, ImageSummary } from '../../src-shared/model/image.js';
import type { Job } from '../../src-shared/model/job.js';
import type { Action, CommonOptions, Context } from './context.js';
import { runImageJob, withWorkshop } from './image-jobs.js';
import { exitCodes, formatTable, type Output } from './output.js';

export interface SaveOptions extends CommonOptions {
  file: string;
  replace?: boolean;
}

export interface LoadOptions extends CommonOptions {
  check?: boolean;
  moveNames?: boolean;
}

export interface PullOptions extends CommonOptions {
  moveNames?: boolean;
}

/** The first digits of an id, as the engine shows them. */
const shortId = (id: string): string => id.replace(/^sha256:/, '').slice(0, 12);

/** `slipway images list`: 0; 2 when the engine cannot be asked. */
export function listImages(options: CommonOptions, context: Context): Action {
  return withWorkshop(options, context, async ({ images }, output) => {
    const { messages } = output;
    const listed = await images.handlers['images.list'](undefined);
    if (!listed.ok) {
      output.fault(listed.error);
      return exitCodes.ERROR;
    }
    const { images: all, missing } = listed.value;
    for (const image of all) output.event('image', { image });
    for (const image of missing) output.event('missing-image', { image });
    if (all.length === 0) output.note(messages.text('images.none'));
    else {
      const header = ['image', 'id', 'size', 'created', 'recipe', 'support'] as const;
      output.line(
        formatTable(
          header.map((column) => messages.text(`cli.column-${column}`)),
          all.map((image) => rowOf(image, output)),
        ),
      );
    }
    for (const { name, recipes } of missing) {
      output.note(messages.text('cli.image-missing', { image: name, recipes: recipes.join(', ') }));
    }
    return exitCodes.ok;
  });
}

function rowOf(image: ImageSummary, { messages }: Output): string[] {
  return [
    image.names.join(', ') || messages.text('images.unnamed'),
    shortId(image.id),
    sizeText(image.size, messages.locale),
    new Date(image.createdAt).toISOString().slice(0, 16).replace('T', ' '),
    image.recipes.join(', '),
    supportSummary(image.support, (...key) => messages.text(...key)),
  ];
}

/** `slipway images inspect NAME`: 0; 2 when it concerns this station in no way, or the engine cannot be asked. */
export function inspectImage(image: string, options: CommonOptions, context: Context): Action {
  return withWorkshop(options, context, async ({ images }, output) => {
    const found = await images.handlers['images.inspect']({ image });
    if (!found.ok) {
      output.fault(found.error);
      return exitCodes.ERROR;
    }
    output.event('image', { image: found.value });
    for (const line of describe(found.value, output)) output.line(line);
    return exitCodes.ok;
  });
}

function describe(detail: ImageDetail, { messages }: Output): string[] {
  const { locale } = messages;
  const text = (...key: Parameters<typeof messages.text>): string => messages.text(...key);
  const { summary, arrival, inputs, uses } = detail;
  const time = (at: number): string => new Date(at).toISOString();
  const facts: [string, string][] = [
    [text('images.names'), summary.names.join(', ') || text('images.unnamed')],
    [text('images.id'), summary.id],
    [text('images.digests'), summary.digests.join(', ') || '–'],
    [text('images.provenance'), text(`images.reason-${summary.reason}`)],
    ...(arrival === null
      ? []
      : [
          [text('images.arrived'), `${text(`images.from-${arrival.from}`)}, ${time(arrival.at)}`] as const,
        ].map(([name, value]): [string, string] => [name, value])),
    [text('images.size'), sizeText(summary.size, locale)],
    [text('images.created'), time(summary.createdAt)],
    [text('images.platform'), `${detail.os}/${detail.architecture}`],
    [text('images.inputs'), inputs ?? '–'],
    [text('images.containers'), String(summary.containers)],
    [text('images.entrypoint'), detail.entrypoint.join(' ') || '–'],
    [text('images.command'), detail.command.join(' ') || '–'],
  ];
  const width = Math.max(...facts.map(([name]) => name.length));
  const lines = facts.map(([name, value]) => `${name.padEnd(width)}  ${value}`);
  for (const each of summary.support) {
    lines.push(
      `${text('images.support')}  ${each.model}: ${supportWords(each, text)} (${text('images.written', { written: each.written })})`,
    );
  }
  for (const use of uses) {
    const words = [
      use.isPinned ? null : text('images.use-unpinned'),
      use.isGoodEnough
        ? null
        : text('images.use-too-low', { minimum: supportWords({ level: use.minimum }, text) }),
    ].filter((each) => each !== null);
    lines.push(`${text('images.recipe')}  ${[use.recipe, ...words].join(' · ')}`);
  }
  lines.push(
    ...Object.entries(summary.labels).map(([name, value]) => `${text('images.label')}  ${name}=${value}`),
    formatTable(
      [text('images.layer-size'), text('images.layer-by')],
      detail.history.map(({ size, by }) => [sizeText(size, locale), by.slice(0, 200)]),
    ),
  );
  return lines.map((line) => line.replace(/[^\P{Cc}\n]/gu, '·'));
}

/** `slipway images remove NAME`: 0 when the name, or the image with its last one, is gone; 2 when it stays. */
export function removeImage(image: string, options: CommonOptions, context: Context): Action {
  return withWorkshop(options, context, async ({ images }, output) => {
    const removed = await images.handlers['images.remove']({ image });
    if (!removed.ok) {
      output.fault(removed.error);
      return exitCodes.ERROR;
    }
    const { id, name, stays, removesImage } = removed.value;
    output.event('removed', { ...removed.value });
    const named = { name: name ?? shortId(id), names: stays.join(', ') };
    output.line(output.messages.text(removesImage ? 'cli.image-removed' : 'cli.image-name-removed', named));
    return exitCodes.ok;
  });
}

/** `slipway images save NAME… --file F`: 0; 2 when nothing was written, 4 when it was cancelled. */
export function saveImages(names: string[], options: SaveOptions, context: Context): Action {
  const { file, replace = false } = options;
  return runImageJob(
    options,
    context,
    ({ images }) => images.handlers['images.save']({ images: names, file: resolve(file), replace }),
    {
      done: ({ outcome }) =>
        context.messages.text('cli.images-saved', {
          file: String(outcome?.['file'] ?? ''),
          size: sizeText(Number(outcome?.['bytes'] ?? 0), context.messages.locale),
        }),
      isUsage: () => false,
    },
  );
}

/** `slipway images load FILE`: 0; 2 when nothing was loaded, 4 when it was cancelled. `--check` only verifies. */
export function loadImages(file: string, options: LoadOptions, context: Context): Action {
  const path = resolve(file);
  if (options.check === true) {
    return withWorkshop(options, context, async ({ images }, output) => {
      const examined = await images.handlers['images.examine']({ file: path });
      if (!examined.ok) {
        output.fault(examined.error);
        return exitCodes.ERROR;
      }
      output.event('archive', { ...examined.value });
      for (const line of describeArchive(examined.value, output)) output.line(line);
      return exitCodes.ok;
    });
  }
  return runImageJob(
    options,
    context,
    ({ images }) => images.handlers['images.load']({ file: path, moveNames: options.moveNames === true }),
    { done: carried(context), isUsage: () => false },
  );
}

function describeArchive(content: ArchiveContent, { messages }: Output): string[] {
  const { locale } = messages;
  const text = (...key: Parameters<typeof messages.text>): string => messages.text(...key);
  const made = { station: content.madeBy, when: new Date(content.madeAt).toISOString() };
  return [
    text('cli.archive-good', { ...made, size: sizeText(content.bytes, locale) }),
    formatTable(
      [text('cli.column-image'), text('cli.column-id'), text('cli.column-size'), ''],
      content.images.map(({ id, names, size, isHere, moves }) => [
        names.join(', ') || text('images.unnamed'),
        shortId(id),
        sizeText(size, locale),
        [
          text(isHere ? 'images.archive-here' : 'images.archive-new'),
          ...moves.map(({ name, from }) => text('images.archive-moves', { name, from: shortId(from) })),
        ].join(' · '),
      ]),
    ),
  ];
}

/** `slipway images pull RECIPE`: 0; 2 when it could not be pulled, 4 when it was cancelled, 64 for no recipe. */
export function pullImage(recipe: string, options: PullOptions, context: Context): Action {
  return runImageJob(
    options,
    context,
    ({ images }) => images.handlers['images.pull']({ recipe, moveNames: options.moveNames === true }),
    { done: carried(context), isUsage: ({ code }) => code === 'recipe-unknown' },
  );
}

function carried({ messages }: Context): (job: Job) => string {
  return ({ outcome }) =>
    messages.text('cli.images-here', { images: String(outcome?.['images'] ?? outcome?.['image'] ?? '') });
}
