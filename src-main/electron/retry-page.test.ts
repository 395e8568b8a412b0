import { expect, it } from 'vitest';
import { createMessages } from '../../src-shared/messages/messages.js';
import { retryResponse } from './retry-page.js';

const facts = { bay: 4, panelUrl: 'http://127.0.0.1:1083/', isAutomatic: true };

it('says in the station’s language which panel does not answer, and leads back to it', async () => {
  const html = await retryResponse(facts, createMessages('es')).text();
  expect(html).toContain('<html lang="es">');
  expect(html).toContain('El panel de la bahía 4 no responde.');
  expect(html).toContain('href="http://127.0.0.1:1083/"');
});

it('runs no script and takes no style but its own', () => {
  const policy = (): string | null =>
    retryResponse(facts, createMessages('en')).headers.get('Content-Security-Policy');
  expect(policy()).toMatch(/^default-src 'none'; style-src 'nonce-[\w+/=]{24}'; /);
  expect(policy()).not.toBe(policy());
});
