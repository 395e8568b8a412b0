/**
 * Puts text on the clipboard. By way of a selection, because the window grants no page the clipboard
 * permission that the newer way asks for. What is selected is one blank: a log of a hundred thousand lines would have to
 * be laid out first. False when the system refuses.
 */
export function copyText(document: Document, text: string): boolean {
  const before = document.activeElement;
  const field = document.createElement('textarea');
  field.className = 'visually-hidden';
  field.value = ' ';
  document.body.append(field);
  field.select();
  const put = (event: ClipboardEvent): void => {
    event.clipboardData?.setData('text/plain', text);
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  document.addEventListener('copy', put, { capture: true });
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- see above
  const copied = document.execCommand('copy');
  document.removeEventListener('copy', put, { capture: true });
  field.remove();
  if (before instanceof HTMLElement) before.focus();
  return copied;
}
