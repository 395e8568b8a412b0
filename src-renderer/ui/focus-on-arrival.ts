/** Puts the focus on a screen's heading, so that keys and screen readers begin where the eye does. */
export function focusOnArrival(heading: HTMLElement): void {
  heading.focus({ preventScroll: true });
}
