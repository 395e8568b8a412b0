import type { EventMessage } from '../../src-shared/contract.js';

/** As much of Electron's Input as decides. */
export interface PanelKey {
  readonly type: string;
  readonly key: string;
  readonly control: boolean;
  readonly meta: boolean;
  readonly alt: boolean;
  readonly shift: boolean;
  readonly isAutoRepeat: boolean;
}

type Shortcut = EventMessage<'shortcut'>['key'];

/**
 * What a key that is pressed inside a panel means to the window: `leave` gives the keyboard back, the
 * others are told to the page. Letters are the panel's own: somebody may be typing.
 */
export function panelKeyMeaning(press: PanelKey): Shortcut | 'leave' | undefined {
  if (press.type !== 'keyDown' || press.alt) return undefined;
  const control = press.control || press.meta;
  switch (press.key) {
    case 'F6':
      return control ? undefined : 'leave';
    case 'Escape':
      return control || press.shift ? undefined : 'escape';
    case 'PageUp':
      return control && !press.shift ? 'previousBay' : undefined;
    case 'PageDown':
      return control && !press.shift ? 'nextBay' : undefined;
    case 'F9':
      if (control || press.isAutoRepeat) return undefined;
      return press.shift ? 'abort' : 'flash';
    default:
      return undefined;
  }
}
