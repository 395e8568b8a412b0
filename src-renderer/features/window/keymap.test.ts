import { describe, expect, it } from 'vitest';
import { commandOf, keyBindings, keyFor, shownKey } from './keymap.js';

const plain = { ctrlKey: false, metaKey: false, altKey: false };

describe('the keys of the window', () => {
  it('mean what the screen they are pressed on can do', () => {
    expect(commandOf({ ...plain, key: 'f' }, 'station', false)).toBe('flash');
    expect(commandOf({ ...plain, key: 'F' }, 'bay', false)).toBe('flash');
    expect(commandOf({ ...plain, key: 'f' }, 'settings', false)).toBeUndefined();
    expect(commandOf({ ...plain, key: 'f', ctrlKey: true }, 'bay', false)).toBe('search-log');
  });

  it('leave letters to whoever types, but not Escape and not what is pressed with Ctrl', () => {
    expect(commandOf({ ...plain, key: 'a' }, 'bay', true)).toBeUndefined();
    expect(commandOf({ ...plain, key: '?' }, 'runs', true)).toBeUndefined();
    expect(commandOf({ ...plain, key: 'Escape' }, 'bay', true)).toBe('back');
    expect(commandOf({ ...plain, key: ',', ctrlKey: true }, 'bay', true)).toBe('go-settings');
  });

  it('take Cmd for Ctrl, and leave Alt alone', () => {
    expect(commandOf({ ...plain, key: ',', metaKey: true }, 'station', false)).toBe('go-settings');
    expect(commandOf({ ...plain, key: 'f', altKey: true }, 'station', false)).toBeUndefined();
  });

  it('are shown as they stand on a keyboard', () => {
    expect(keyFor('flash')).toBe('F');
    expect(keyFor('go-settings')).toBe('Ctrl+,');
    expect(keyFor('back')).toBe('Esc');
    expect(keyFor('previous-bay')).toBe('Ctrl+PgUp');
  });

  it('never mean two things on one screen', () => {
    const screens = [
      'station',
      'bay',
      'runs',
      'run',
      'recipes',
      'images',
      'job',
      'machine',
      'settings',
    ] as const;
    for (const screen of screens) {
      const shown = keyBindings
        .filter((binding) => binding.screens === undefined || binding.screens.includes(screen))
        .map(shownKey);
      expect(new Set(shown).size, screen).toBe(shown.length);
    }
  });
});
