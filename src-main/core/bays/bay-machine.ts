import { initialTransition, transition, type SnapshotFrom } from 'xstate';
import type { BayEvent, BayTimes, Effect } from './bay-events.js';
import * as change from './bay-changes.js';
import {
  base,
  effect,
  restartStallTimer,
  startFlashTimer,
  startTimer,
  stopTimer,
  type BayInput,
} from './bay-changes.js';

/**
 * The bay machine: `(state, event) → (state, effects)`, pure, by XState's `transition`. Effects are
 * actions named `effect` whose parameters say what to do; nothing happens in here. Unplug, abort,
 * time-out, stall and the loss of the engine are handled by the parent of all steps of a run, so they
 * are legal in each, and every one of them goes through `ending`: the container is dealt with, then
 * the record is written, then the verdict shows.
 */

const flash = { guard: 'mayFlash', target: '#bay.running.beginning', actions: change.beginFlash } as const;

/** A run of an earlier life of the station; the engine that knows of it may answer only after the unit was seen. */
const adopt = [
  { guard: 'isOver', target: '#bay.ending', actions: change.adoptEnded },
  {
    guard: { type: 'resumesAt', params: 'panel' },
    target: '#bay.running.awaitingPanel',
    actions: change.adoptRun,
  },
  { guard: { type: 'resumesAt', params: 'test' }, target: '#bay.running.testing', actions: change.adoptRun },
  { target: '#bay.running.flashing.resumed', actions: change.adoptRun },
] as const;

const timerFired = (timer: keyof BayTimes | 'flash' | 'stall') =>
  ({ type: 'isTimer', params: timer }) as const;

export function createBayMachine(times: BayTimes) {
  return base.createMachine({
    id: 'bay',
    context: ({ input }) => ({
      port: null,
      wasUnplugged: false,
      enabled: input.enabled,
      match: null,
      gate: input.gate,
      imageFault: null,
      imageChecked: false,
      automatic: input.automatic,
      hold: null,
      armed: false,
      run: null,
      recordFault: null,
    }),
    initial: 'empty',
    // Facts that any state takes in without leaving it.
    on: {
      gate: { actions: change.takeGate },
      automatic: { actions: change.takeAutomatic },
      held: { actions: change.takeHold },
      configured: { actions: change.takeEnabled },
      matched: { actions: change.takeMatch },
    },
    states: {
      empty: {
        on: {
          attached: { target: 'settling', actions: change.takePort },
          adopt,
        },
      },

      settling: {
        entry: [startTimer('settle', times), effect({ do: 'match' })],
        exit: stopTimer('settle'),
        on: {
          adopt,
          attached: { target: 'settling', reenter: true, actions: change.takePort },
          detached: { target: 'empty', actions: change.dropPort },
          timer: { guard: timerFired('settle'), target: 'present' },
        },
      },

      /** A port is there and stays. What it waits for is read from the context (bay-view.ts). */
      present: {
        entry: [change.armIfMatched, effect({ do: 'check-image' })],
        always: { guard: 'mayStartByItself', actions: [change.disarm, effect({ do: 'request-flash' })] },
        on: {
          adopt,
          flash,
          attached: { target: 'settling', actions: change.takePort },
          detached: { target: 'empty', actions: change.dropPort },
          matched: { actions: [change.takeMatch, change.forgetImage, effect({ do: 'check-image' })] },
          gate: { actions: [change.takeGate, effect({ do: 'check-image' })] },
          'image-checked': { actions: change.takeImage },
          'images-changed': { actions: effect({ do: 'check-image' }) },
        },
      },

      running: {
        initial: 'beginning',
        exit: [stopTimer('engine'), effect({ do: 'cancel' })],
        on: {
          detached: { target: 'ending', actions: [change.endUnplugged, change.dropPort] },
          // A node made anew without a detach in between: what the container holds is dead.
          attached: { target: 'ending', actions: [change.endUnplugged, change.notePort] },
          abort: { target: 'ending', actions: change.endAborted },
          failed: { guard: 'sameRun', target: 'ending', actions: change.endFailed },
          // On record at once: an adopted run is compared with it.
          'content-known': { guard: 'sameRun', actions: effect({ do: 'note' }) },
          'engine-lost': { actions: startTimer('engine', times) },
          'engine-back': { actions: stopTimer('engine') },
          timer: [
            { guard: timerFired('engine'), target: 'ending', actions: change.endEngineLost },
            { guard: timerFired('flash'), target: 'ending', actions: change.endTimedOut },
            { guard: timerFired('stall'), target: 'ending', actions: change.endStalled },
          ],
        },
        states: {
          beginning: {
            entry: effect({ do: 'begin' }),
            on: {
              begun: [
                { guard: 'runAsksIdentity', target: 'identifying' },
                { guard: 'sameRun', target: 'preparing' },
              ],
            },
          },
          // Who the unit is, and whether it may be flashed: before anything is erased.
          identifying: {
            entry: effect({ do: 'identify' }),
            on: {
              identified: { guard: 'sameRun', target: 'recognising', actions: change.noteIdentity },
              'identity-asked': { guard: 'sameRun', target: 'awaitingIdentity', actions: change.noteAsk },
            },
          },
          awaitingIdentity: {
            on: { 'identity-given': { target: 'recognising', actions: change.noteGiven } },
          },
          recognising: {
            entry: [effect({ do: 'note' }), effect({ do: 'recognise' })],
            on: {
              recognised: [
                { guard: 'passedBefore', target: 'awaitingConfirmation', actions: change.askToConfirm },
                { guard: 'sameRun', target: 'preparing' },
              ],
            },
          },
          awaitingConfirmation: {
            on: {
              confirmed: { target: 'preparing', actions: [change.noteConfirmed, effect({ do: 'note' })] },
            },
          },
          preparing: {
            entry: effect({ do: 'prepare' }),
            on: { prepared: { guard: 'sameRun', target: 'creating', actions: change.notePrepared } },
          },
          creating: {
            entry: effect({ do: 'create' }),
            on: { created: { guard: 'sameRun', target: 'starting', actions: change.noteCreated } },
          },
          starting: {
            // The record names the container before its process runs: a station that is killed finds it again.
            entry: [effect({ do: 'note' }), effect({ do: 'start' })],
            on: {
              // The port on 127.0.0.1 was taken after all: the container was made anew with another one.
              created: { guard: 'sameRun', target: 'starting', reenter: true, actions: change.noteCreated },
              started: [
                { guard: 'runHasPanel', target: 'awaitingPanel', actions: change.enterPanelPhase },
                { guard: 'sameRun', target: 'flashing' },
              ],
            },
          },
          awaitingPanel: {
            entry: [effect({ do: 'note' }), effect({ do: 'await-panel' })],
            on: { 'panel-ready': { guard: 'sameRun', target: 'flashing' } },
          },
          flashing: {
            initial: 'triggered',
            // The record says `flash` before the request goes out: an adopted run never asks twice.
            entry: [change.enterFlashPhase, effect({ do: 'note' }), startFlashTimer, restartStallTimer],
            exit: [stopTimer('flash'), stopTimer('stall')],
            on: {
              // On record at once: what an adopted flasher's end means depends on it.
              'flash-taken': { guard: 'sameRun', actions: [change.noteTaken, effect({ do: 'note' })] },
              progress: [
                {
                  // Written down at once: a station that is killed still knows which unit it was.
                  guard: 'isNewSerial',
                  actions: [change.noteProgress, restartStallTimer, effect({ do: 'note' })],
                },
                { guard: 'sameRun', actions: [change.noteProgress, restartStallTimer] },
              ],
              flashed: [
                { guard: 'runHasTests', target: 'testing' },
                { guard: 'sameRun', target: '#bay.ending', actions: change.endPassed },
              ],
            },
            states: {
              triggered: { entry: effect({ do: 'follow', trigger: true }) },
              /** Adopted: the request went out in another life of the station. */
              resumed: { entry: effect({ do: 'follow', trigger: false }) },
            },
          },
          testing: {
            entry: [change.enterTestPhase, effect({ do: 'note' }), effect({ do: 'test' })],
            on: {
              testing: { guard: 'sameRun', actions: change.noteTestBegun },
              // What was flashed can say who it is.
              identified: { guard: 'sameRun', actions: [change.noteIdentity, effect({ do: 'note' })] },
              // On record at once: a station that is killed goes on after the phases that are over.
              'test-ended': {
                guard: 'sameRun',
                actions: [change.noteTestEnded, effect({ do: 'note' })],
              },
              tested: { guard: 'sameRun', target: '#bay.ending', actions: change.endTested },
            },
          },
        },
      },

      ending: {
        initial: 'dealing',
        on: { detached: { actions: change.dropPort }, attached: { actions: change.notePort } },
        states: {
          dealing: {
            entry: [startTimer('deal', times), effect({ do: 'deal-with-container' })],
            exit: stopTimer('deal'),
            on: {
              // What an aborted phase came to, its tear-down included.
              'test-ended': { guard: 'sameRun', actions: change.noteTestEnded },
              dealt: { guard: 'sameRun', target: 'recording' },
              timer: { guard: timerFired('deal'), target: 'recording' },
            },
          },
          recording: {
            entry: effect({ do: 'record' }),
            exit: stopTimer('record'),
            on: {
              recorded: {
                guard: 'sameRun',
                target: '#bay.ended',
                actions: [change.noteRecorded, effect({ do: 'announce' })],
              },
              'record-failed': {
                guard: 'sameRun',
                actions: [change.noteRecordFault, startTimer('record', times)],
              },
              timer: { guard: timerFired('record'), actions: effect({ do: 'record' }) },
            },
          },
        },
      },

      /** The verdict is on disk and shown, until the unit is unplugged or another run starts. */
      ended: {
        initial: 'deciding',
        on: { flash, attached: { target: 'settling', actions: change.takePort } },
        states: {
          deciding: {
            always: [
              { guard: 'portIsAnother', target: '#bay.settling', actions: change.treatAsNewPlug },
              { guard: 'shouldRetry', target: 'shown', actions: effect({ do: 'request-flash' }) },
              { guard: 'portIsThere', target: 'shown' },
              { target: 'gone' },
            ],
          },
          shown: {
            on: {
              detached: { target: '#bay.empty', actions: change.dropPortAndRun },
              // Nothing starts by itself here; what keeps the operator from flashing again has to be true.
              matched: { actions: [change.takeMatch, change.forgetImage, effect({ do: 'check-image' })] },
              'images-changed': { actions: effect({ do: 'check-image' }) },
              'image-checked': { actions: change.takeImage },
            },
          },
          /** The unit was unplugged before its verdict: that stays to be read until the next plug. */
          gone: {},
        },
      },
    },
  });
}

export type BayMachine = ReturnType<typeof createBayMachine>;
export type BaySnapshot = SnapshotFrom<BayMachine>;

function effectsOf(actions: readonly { type: string; params: unknown }[]): Effect[] {
  // The machine's only custom action is `effect`; XState types its parameters as the union of all actions'.
  return actions.filter((action) => action.type === 'effect').map((action) => action.params as Effect);
}

export function startBay(machine: BayMachine, input: BayInput): [BaySnapshot, Effect[]] {
  const [snapshot, actions] = initialTransition(machine, input);
  return [snapshot, effectsOf(actions)];
}

/** One event in, the next state and what to do out. An event that means nothing in a state changes nothing. */
export function stepBay(
  machine: BayMachine,
  snapshot: BaySnapshot,
  event: BayEvent,
): [BaySnapshot, Effect[]] {
  const [next, actions] = transition(machine, snapshot, event);
  return [next, effectsOf(actions)];
}
