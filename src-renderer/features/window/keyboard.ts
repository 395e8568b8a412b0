import { tick } from 'svelte';
import type { App } from '../../app.svelte.js';
import { DigitEntry } from '../bays/digit-entry.js';
import { commandOf } from './keymap.js';
import { machineTabs } from './navigation.svelte.js';

/** The window's keys: what they mean is in `keymap.ts`, here they do it. */
export interface Keyboard {
  readonly onKeyDown: (event: KeyboardEvent) => void;
  /** Answers the commands that belong to no part of a screen, until what it returns is called. */
  answerCommands(): () => void;
}

const textFields = 'input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]';
/** What has a meaning of its own for Enter. */
const pressable = 'button, a, summary, input, select, textarea';

export function createKeyboard(app: App): Keyboard {
  const { navigation, selection, actions, commands, dialogs, bays, client } = app;
  const digits = new DigitEntry();

  /** The bay that the keys act upon here. */
  function bayInHand(): number | undefined {
    return navigation.place.screen === 'bay' ? navigation.place.bay : selection.bay;
  }

  function withBay(act: (bay: number) => void): void {
    const bay = bayInHand();
    if (bay !== undefined) act(bay);
  }

  function openBay(bay: number): void {
    selection.choose(bay);
    navigation.go({ screen: 'bay', bay });
  }

  function step(by: number): void {
    const { list } = bays;
    const index = list.findIndex((bay) => bay.number === bayInHand());
    const next = list[(index + by + list.length) % list.length];
    if (next !== undefined) openBay(next.number);
  }

  function chooseBay(digit: string): void {
    const bay = digits.press(digit, Date.now(), (number) => bays.find(number) !== undefined);
    if (bay === undefined) return;
    if (navigation.place.screen === 'bay') openBay(bay);
    else selection.choose(bay);
    void tick().then(() => commands.run('focus-bay'));
  }

  /** From the grid, the log's key opens the bay first; its log answers once it is there. */
  function searchLog(): void {
    withBay((bay) => {
      openBay(bay);
      void tick().then(() => commands.run('search-log'));
    });
  }

  function answerCommands(): () => void {
    const endings = [
      commands.answerOtherwise('help', () => dialogs.open({ kind: 'help' })),
      commands.answerOtherwise('back', () => navigation.back()),
      commands.answerOtherwise('go-station', () => navigation.go({ screen: 'station' })),
      commands.answerOtherwise('go-runs', () => navigation.go({ screen: 'runs' })),
      commands.answerOtherwise('go-recipes', () => navigation.go({ screen: 'recipes' })),
      commands.answerOtherwise('go-images', () => navigation.go({ screen: 'images' })),
      commands.answerOtherwise('go-machine', () => navigation.go({ screen: 'machine', tab: machineTabs[0] })),
      commands.answerOtherwise('go-settings', () => navigation.go({ screen: 'settings' })),
      commands.answerOtherwise('zoom-in', () => void client.call('window.zoom', { step: 'in' })),
      commands.answerOtherwise('zoom-out', () => void client.call('window.zoom', { step: 'out' })),
      commands.answerOtherwise('zoom-reset', () => void client.call('window.zoom', { step: 'reset' })),
      commands.answerOtherwise('open-bay', () => withBay(openBay)),
      commands.answerOtherwise('flash', () => withBay(actions.flash)),
      commands.answerOtherwise('abort', () => withBay(actions.abort)),
      commands.answerOtherwise('reset-counters', () => dialogs.open({ kind: 'reset-counters' })),
      commands.answerOtherwise('previous-bay', () => step(-1)),
      commands.answerOtherwise('next-bay', () => step(1)),
      commands.answerOtherwise('search-log', () => {
        if (navigation.place.screen === 'station') searchLog();
      }),
      // Keys of the shell's: from inside a panel, or from the menu. Nothing is done to a bay that is not seen.
      client.subscribe('shortcut', undefined, ({ key }) => {
        const { screen } = navigation.place;
        if (dialogs.current === null && (screen === 'bay' || screen === 'station'))
          commands.run(shellKeys[key]);
      }),
    ];
    return () => endings.forEach((end) => end());
  }

  function onKeyDown(event: KeyboardEvent): void {
    // A dialog has its own keys.
    if (event.defaultPrevented || dialogs.current !== null) return;
    const target = event.target instanceof Element ? event.target : null;
    // A terminal: every key is meant for what runs in it. It says itself how it is left.
    if (target !== null && target.closest('[data-keys=own]') !== null) return;
    const typing = target?.matches(`:is(${textFields})`) === true;
    const { screen } = navigation.place;
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (plain && !typing && /^\d$/.test(event.key) && (screen === 'station' || screen === 'bay')) {
      chooseBay(event.key);
      event.preventDefault();
      return;
    }
    const command = commandOf(event, screen, typing);
    if (command === undefined) return;
    if (command === 'open-bay' && target?.matches(`:is(${pressable})`) === true) return;
    // A key that is held down repeats; no command but zooming is meant more than once.
    if (event.repeat && !command.startsWith('zoom') && !command.endsWith('-bay')) return;
    if (commands.run(command)) event.preventDefault();
  }

  return { onKeyDown, answerCommands };
}

const shellKeys = {
  escape: 'back',
  previousBay: 'previous-bay',
  nextBay: 'next-bay',
  abort: 'abort',
  flash: 'flash',
} as const;
