import cliEn from '../../assets/messages/en/cli.json' with { type: 'json' };
import containerEn from '../../assets/messages/en/container.json' with { type: 'json' };
import doctorEn from '../../assets/messages/en/doctor.json' with { type: 'json' };
import faultsEn from '../../assets/messages/en/faults.json' with { type: 'json' };
import filesEn from '../../assets/messages/en/files.json' with { type: 'json' };
import historyEn from '../../assets/messages/en/history.json' with { type: 'json' };
import imagesEn from '../../assets/messages/en/images.json' with { type: 'json' };
import jobsEn from '../../assets/messages/en/jobs.json' with { type: 'json' };
import labelsEn from '../../assets/messages/en/labels.json' with { type: 'json' };
import logEn from '../../assets/messages/en/log.json' with { type: 'json' };
import machineEn from '../../assets/messages/en/machine.json' with { type: 'json' };
import recipesEn from '../../assets/messages/en/recipes.json' with { type: 'json' };
import serialEn from '../../assets/messages/en/serial.json' with { type: 'json' };
import shellEn from '../../assets/messages/en/shell.json' with { type: 'json' };
import shellsEn from '../../assets/messages/en/shells.json' with { type: 'json' };
import terminalEn from '../../assets/messages/en/terminal.json' with { type: 'json' };
import volumesEn from '../../assets/messages/en/volumes.json' with { type: 'json' };
import webhooksEn from '../../assets/messages/en/webhooks.json' with { type: 'json' };
import windowEn from '../../assets/messages/en/window.json' with { type: 'json' };
import wordsEn from '../../assets/messages/en/words.json' with { type: 'json' };
import cliEs from '../../assets/messages/es/cli.json' with { type: 'json' };
import containerEs from '../../assets/messages/es/container.json' with { type: 'json' };
import doctorEs from '../../assets/messages/es/doctor.json' with { type: 'json' };
import faultsEs from '../../assets/messages/es/faults.json' with { type: 'json' };
import filesEs from '../../assets/messages/es/files.json' with { type: 'json' };
import historyEs from '../../assets/messages/es/history.json' with { type: 'json' };
import imagesEs from '../../assets/messages/es/images.json' with { type: 'json' };
import jobsEs from '../../assets/messages/es/jobs.json' with { type: 'json' };
import labelsEs from '../../assets/messages/es/labels.json' with { type: 'json' };
import logEs from '../../assets/messages/es/log.json' with { type: 'json' };
import machineEs from '../../assets/messages/es/machine.json' with { type: 'json' };
import recipesEs from '../../assets/messages/es/recipes.json' with { type: 'json' };
import serialEs from '../../assets/messages/es/serial.json' with { type: 'json' };
import shellEs from '../../assets/messages/es/shell.json' with { type: 'json' };
import shellsEs from '../../assets/messages/es/shells.json' with { type: 'json' };
import terminalEs from '../../assets/messages/es/terminal.json' with { type: 'json' };
import volumesEs from '../../assets/messages/es/volumes.json' with { type: 'json' };
import webhooksEs from '../../assets/messages/es/webhooks.json' with { type: 'json' };
import windowEs from '../../assets/messages/es/window.json' with { type: 'json' };
import wordsEs from '../../assets/messages/es/words.json' with { type: 'json' };
import type { Locale } from '../model/station.js';

/**
 * The message catalogues, one file an area. English gives the keys; a catalogue that lacks one of them
 * does not compile, and a test compares the placeholders.
 */
const english = {
  /** Statuses, phases, verdicts: the words of the field, used by every front. */
  words: wordsEn,
  /** `<fault code>.what` says what happened and why, `<fault code>.remedy` what to do next. */
  faults: faultsEn,
  /** The machine's screen: doctor, clean-up; and what the command line says of the same. */
  machine: machineEn,
  /** What is wrong with a recipe file. */
  recipes: recipesEn,
  /** The station's own lines in the log of a run. */
  log: logEn,
  /** Looking at a bay's container. */
  container: containerEn,
  doctor: doctorEn,
  /** The files of the bays' containers, and transfers. */
  files: filesEn,
  /** The history: runs, charts, batches, the records themselves. */
  history: historyEn,
  /** The images of a station: their list, what is said of one, carrying and allowing. */
  images: imagesEn,
  /** Long tasks: their titles, states, steps and screen. */
  jobs: jobsEn,
  cli: cliEn,
  /** The serial console of a bay. */
  serial: serialEn,
  /** Menus, notifications and dialogs of the Electron shell. */
  shell: shellEn,
  /** Shells in the bays' containers. */
  shells: shellsEn,
  /** The frame of a terminal, whatever is at its other end. */
  terminal: terminalEn,
  volumes: volumesEn,
  /** The outbox of webhooks: its states and its tab. */
  webhooks: webhooksEn,
  /** The labels of units that passed. */
  labels: labelsEn,
  window: windowEn,
};

type Areas = typeof english;
export type Catalogue = { [Area in keyof Areas]: Record<keyof Areas[Area], string> };
export type MessageKey = { [Area in keyof Areas]: `${Area}.${keyof Areas[Area] & string}` }[keyof Areas];

const spanish: Catalogue = {
  words: wordsEs,
  faults: faultsEs,
  machine: machineEs,
  recipes: recipesEs,
  log: logEs,
  container: containerEs,
  doctor: doctorEs,
  files: filesEs,
  history: historyEs,
  images: imagesEs,
  jobs: jobsEs,
  cli: cliEs,
  serial: serialEs,
  shell: shellEs,
  shells: shellsEs,
  terminal: terminalEs,
  volumes: volumesEs,
  webhooks: webhooksEs,
  labels: labelsEs,
  window: windowEs,
};

export const catalogues: Record<Locale, Catalogue> = { en: english, es: spanish };
