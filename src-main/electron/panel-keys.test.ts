import { describe, expect, it } from 'vitest';
import { panelKeyMeaning, type PanelKey } from './panel-keys.js';

const press = (key: string, change: Partial<PanelKey> = {}): PanelKey => ({
  type: 'keyDown',
  key,
  control: false,
  meta: false,
  alt: false,
  shift: false,
  isAutoRepeat: false,
  ...change,
});

describe('a key inside a panel', () => {
  it.each<[string, PanelKey, ReturnType<typeof panelKeyMeaning>]>([
    ['F6 leaves', press('F6'), 'leave'],
    ['Escape goes back', press('Escape'), 'escape'],
    ['Ctrl+PageUp is the bay before', press('PageUp', { control: true }), 'previousBay'],
    ['Cmd+PageDown is the bay after', press('PageDown', { meta: true }), 'nextBay'],
    ['F9 flashes', press('F9'), 'flash'],
    ['Shift+F9 aborts', press('F9', { shift: true }), 'abort'],
  ])('means something to the window: %s', (_what, key, meaning) => {
    expect(panelKeyMeaning(key)).toBe(meaning);
  });

  it.each<[string, PanelKey]>([
    ['letters, which somebody may be typing', press('f')],
    ['PageDown alone', press('PageDown')],
    ['keys that are let go', press('F6', { type: 'keyUp' })],
    ['keys with Alt', press('F6', { alt: true })],
    ['F9 held down', press('F9', { isAutoRepeat: true })],
  ])('is the panel’s own: %s', (_what, key) => {
    expect(panelKeyMeaning(key)).toBeUndefined();
  });
});
