import { describe, expect, it } from 'vitest';
import { panelOrigin } from './panel-origin.js';

const panel = panelOrigin(1080);

describe('a panel may request', () => {
  it.each([
    'http://127.0.0.1:1080/',
    'http://127.0.0.1:1080/api/status?now=1#x',
    'ws://127.0.0.1:1080/socket',
    'data:image/png;base64,AAAA',
    'blob:http://127.0.0.1:1080/1b2c',
  ])('%s', (url) => expect(panel.permitsRequest(url)).toBe(true));
});

describe('a panel may not request', () => {
  it.each([
    'http://127.0.0.1:1081/',
    'http://127.0.0.1/',
    'http://127.0.0.1:10800/',
    'http://127.0.0.10:1080/',
    'http://127.0.0.1:1080.example.com/',
    'http://127.0.0.1:1080@example.com/',
    'http://localhost:1080/',
    'http://[::1]:1080/',
    'https://127.0.0.1:1080/',
    'wss://127.0.0.1:1080/',
    'ftp://127.0.0.1:1080/',
    'file:///etc/passwd',
    'app://slipway/index.html',
    'chrome://settings',
    'javascript:alert(1)',
    'not a url',
    '',
  ])('%s', (url) => expect(panel.permitsRequest(url)).toBe(false));
});

describe('a panel may show', () => {
  it('its own pages, and the empty ones that frames begin with', () => {
    expect(panel.permitsPage('http://127.0.0.1:1080/log')).toBe(true);
    expect(panel.permitsPage('about:blank')).toBe(true);
    expect(panel.permitsPage('about:srcdoc')).toBe(true);
  });

  it.each([
    'ws://127.0.0.1:1080/',
    'data:text/html,x',
    'http://127.0.0.1:1081/',
    'about:gpu',
    'app://panel/retry',
  ])('not %s', (url) => expect(panel.permitsPage(url)).toBe(false));

  it('the same on port 80, which no address names', () => {
    expect(panelOrigin(80).permitsPage('http://127.0.0.1/')).toBe(true);
    expect(panelOrigin(80).permitsRequest('http://127.0.0.1:8080/')).toBe(false);
  });
});
