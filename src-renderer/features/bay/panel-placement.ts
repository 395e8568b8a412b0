import type { Reply } from '../../../src-shared/contract.js';
import type { Fault } from '../../../src-shared/model/result.js';

export interface Bounds {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Whole pixels that lie inside the box, so that no border is covered. Never below zero: the contract refuses that. */
export function boundsOf(box: { left: number; top: number; right: number; bottom: number }): Bounds {
  const x = Math.max(0, Math.ceil(box.left));
  const y = Math.max(0, Math.ceil(box.top));
  return {
    x,
    y,
    width: Math.max(0, Math.floor(box.right) - x),
    height: Math.max(0, Math.floor(box.bottom) - y),
  };
}

export interface PanelPlacementOptions {
  slot: HTMLElement;
  window: Window;
  place: (bounds: Bounds) => Promise<Reply<void>>;
  hide: () => Promise<Reply<void>>;
  onFault: (fault: Fault) => void;
}

/**
 * Keeps a panel where its slot is, as the layout changes, until it is disposed of: then the panel is
 * hidden. Bounds that have not changed are not sent again.
 */
export function createPanelPlacement(options: PanelPlacementOptions): { dispose(): void } {
  const { slot, window, place, hide, onFault } = options;
  let sent = '';
  let frame: number | undefined;
  let isDisposed = false;

  function settle(reply: Reply<void>): void {
    if (!reply.ok && !isDisposed) onFault(reply.error);
  }

  function send(): void {
    frame = undefined;
    const bounds = boundsOf(slot.getBoundingClientRect());
    const now = JSON.stringify(bounds);
    if (now === sent) return;
    sent = now;
    void place(bounds).then(settle);
  }

  function changed(): void {
    frame ??= window.requestAnimationFrame(send);
  }

  // The slot moves when anything around it changes its size: a banner that appears, the window itself.
  const observer = new ResizeObserver(changed);
  for (let element: HTMLElement | null = slot; element !== null; element = element.parentElement) {
    observer.observe(element);
    for (const sibling of element.parentElement?.children ?? []) observer.observe(sibling);
  }
  window.addEventListener('resize', changed);
  changed();

  return {
    dispose() {
      isDisposed = true;
      observer.disconnect();
      window.removeEventListener('resize', changed);
      if (frame !== undefined) window.cancelAnimationFrame(frame);
      void hide().then(settle);
    },
  };
}
