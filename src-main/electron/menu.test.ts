import type { MenuItemConstructorOptions } from 'electron';
import { describe, expect, it } from 'vitest';
import { createMessages } from '../../src-shared/messages/messages.js';
import type { Locale } from '../../src-shared/model/station.js';
import { menuTemplate } from './menu.js';

const nothing = (): void => undefined;
const done: string[] = [];

function menu(locale: Locale, withDeveloperTools = false): MenuItemConstructorOptions[] {
  return menuTemplate({
    messages: createMessages(locale),
    actions: {
      quit: nothing,
      zoom: (step) => void done.push(step),
      shortcut: (key) => void done.push(key),
      enterPanel: nothing,
    },
    withDeveloperTools,
    isMac: false,
  });
}

function items(template: MenuItemConstructorOptions[]): MenuItemConstructorOptions[] {
  return template.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? items(item.submenu) : [])]);
}

describe('the menu', () => {
  it('is in the station’s language, every entry of it', () => {
    const english = items(menu('en', true));
    const spanish = items(menu('es', true));
    expect(spanish).toHaveLength(english.length);
    const same = english
      .filter(({ type }) => type !== 'separator')
      .filter(
        ({ label }, index) => label === spanish.filter(({ type }) => type !== 'separator')[index]?.label,
      );
    expect(same.map(({ label }) => label)).toEqual(['Slipway']);
    expect(english.every(({ label, type }) => type === 'separator' || label !== undefined)).toBe(true);
  });

  it('offers Chromium’s tools to developers alone', () => {
    const roles = (withTools: boolean) => items(menu('en', withTools)).map(({ role }) => role);
    expect(roles(true)).toContain('toggleDevTools');
    for (const role of ['toggleDevTools', 'reload', 'forceReload']) expect(roles(false)).not.toContain(role);
  });

  it('gives no key to two entries', () => {
    const keys = items(menu('en', true)).flatMap(({ accelerator }) => accelerator ?? []);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('says to the page what was chosen', () => {
    done.length = 0;
    for (const item of items(menu('en'))) item.click?.call(item, undefined as never, undefined, {} as never);
    expect(done).toEqual([
      'in',
      'in',
      'in',
      'out',
      'out',
      'reset',
      'flash',
      'abort',
      'previousBay',
      'nextBay',
    ]);
  });
});
