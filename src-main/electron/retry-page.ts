import { randomBytes } from 'node:crypto';
import type { Messages } from '../../src-shared/messages/messages.js';
import { appScheme, commonHeaders } from './app-scheme.js';

/** Shown in a panel's place when the panel does not answer. An origin of its own, which no call is taken from. */
export const retryUrl = `${appScheme}://panel/retry`;

export interface RetryFacts {
  readonly bay: number;
  /** Where the button leads. */
  readonly panelUrl: string;
  /** Whether the panel is asked again without the button. */
  readonly isAutomatic: boolean;
}

/** The page: no script, its one style allowed by a nonce, its button a link that the keyboard reaches. */
export function retryResponse(facts: RetryFacts, messages: Messages): Response {
  const nonce = randomBytes(16).toString('base64');
  const title = escaped(messages.text('shell.panel.title', { bay: facts.bay }));
  const hint = escaped(messages.text(facts.isAutomatic ? 'shell.panel.automatic' : 'shell.panel.ended'));
  const retry = escaped(messages.text('shell.panel.retry'));
  const html = `<!doctype html>
<html lang="${messages.locale}">
<head><meta charset="utf-8"><title>${title}</title><style nonce="${nonce}">${style}</style></head>
<body><main><h1>${title}</h1><p>${hint}</p><a href="${escaped(facts.panelUrl)}">${retry}</a></main></body>
</html>`;
  return new Response(html, {
    headers: {
      ...commonHeaders,
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': `default-src 'none'; style-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'`,
    },
  });
}

const style = `
:root { color-scheme: light dark; font: 14px/1.5 system-ui, sans-serif; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: light-dark(#f4f5f6, #15181b); color: light-dark(#1c2126, #e4e7ea); }
main { max-width: 34em; padding: 24px; }
h1 { margin: 0 0 4px; font-size: 16px; }
p { margin: 0 0 16px; }
a { display: inline-block; padding: 6px 14px; border: 1px solid; border-radius: 4px; color: inherit; text-decoration: none; }
a:focus-visible { outline: 2px solid light-dark(#0b5cad, #6cb0f5); outline-offset: 2px; }
`;

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
