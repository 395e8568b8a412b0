import { labels } from '../docker/engine.js';

/** A step of an image's history, as far as it tells who made the image. */
export interface MakingStep {
  /** What made it, as the builder noted it. */
  by: string;
  comment: string;
}

/** `/bin/sh -c #(nop)  LABEL io.slipway.build.inputs=…`: what the builder adds for each label that it was given. */
const ownLabelStep = /\bLABEL io\.slipway\.[\w.-]+=\S*$/;

/** Whether an image has the label that this station gives to what it makes, set here or handed on. */
export function carriesLabel(given: Readonly<Record<string, string>>, stationId: string): boolean {
  return given[labels.madeBy] === stationId || given[labels.station] === stationId;
}

/** Whom an image may be of, and what was noted of those whose history does not tell. */
export interface MadeBy {
  stationId: string;
  /** Ids, see `MadeImages`. */
  noted: ReadonlySet<string>;
}

/** Whether this station made an image: it carries its label, and was noted or has the history for it. */
export function isOfStation(
  image: { id: string; labels: Readonly<Record<string, string>> },
  history: readonly MakingStep[],
  { stationId, noted }: MadeBy,
): boolean {
  if (!carriesLabel(image.labels, stationId)) return false;
  return noted.has(image.id) || isMadeHere(image.labels, history, stationId);
}

/**
 * Whether this station made an image that carries its label, and not somebody who built on one of the station's, or
 * committed a container of it: a label is handed on. The builder adds a step for each label, so the station's has to
 * be on top, below nothing but others of Slipway's. An import has one step alone, which does not name the labels that
 * came with it. In doubt the answer is no: then an image too few can be removed, never one too many.
 *
 * @param history newest first
 */
export function isMadeHere(
  given: Readonly<Record<string, string>>,
  history: readonly MakingStep[],
  stationId: string,
): boolean {
  if (!carriesLabel(given, stationId)) return false;
  const setters = [labels.madeBy, labels.station].map((label) => `${label}=${stationId}`);
  const setsLabel = ({ by }: MakingStep): boolean => setters.some((setter) => by.includes(setter));
  if (!history.some(setsLabel))
    return history.length === 1 && /^imported from/i.test(history[0]?.comment ?? '');
  const top = history.findIndex((step) => !ownLabelStep.test(step.by.trim()));
  return history.slice(0, top === -1 ? history.length : top).some(setsLabel);
}
