import type { MenuItemConstructorOptions } from 'electron';
import type { EventMessage } from '../../src-shared/contract.js';
import type { MessageKey } from '../../src-shared/messages/catalogue.js';
import type { Messages } from '../../src-shared/messages/messages.js';

export interface MenuActions {
  readonly quit: () => void;
  readonly zoom: (step: 'in' | 'out' | 'reset') => void;
  readonly shortcut: (key: EventMessage<'shortcut'>['key']) => void;
  /** The keyboard goes into the panel that is shown. */
  readonly enterPanel: () => void;
}

export interface MenuOptions {
  readonly messages: Messages;
  readonly actions: MenuActions;
  /** Chromium's tools, for a developer; a packaged station has none. */
  readonly withDeveloperTools: boolean;
  readonly isMac: boolean;
}

/** The application's menu in one language; made anew when the language changes. */
export function menuTemplate({
  messages,
  actions,
  withDeveloperTools,
  isMac,
}: MenuOptions): MenuItemConstructorOptions[] {
  const item = (
    key: MessageKey,
    accelerator: string | undefined,
    click: () => void,
  ): MenuItemConstructorOptions => ({
    label: messages.text(key),
    ...(accelerator === undefined ? {} : { accelerator }),
    click,
  });
  const role = (
    key: MessageKey,
    name: NonNullable<MenuItemConstructorOptions['role']>,
  ): MenuItemConstructorOptions => ({
    label: messages.text(key),
    role: name,
  });
  // The page knows these keys itself; the menu says what they are and does not take them.
  const shown = (made: MenuItemConstructorOptions): MenuItemConstructorOptions => ({
    ...made,
    registerAccelerator: false,
  });
  const separator: MenuItemConstructorOptions = { type: 'separator' };

  return [
    {
      label: messages.text('words.appName'),
      submenu: [
        role('shell.menu.about', 'about'),
        ...(isMac ? [separator, role('shell.menu.hide', 'hide')] : []),
        separator,
        item('shell.menu.quit', 'CommandOrControl+Q', actions.quit),
      ],
    },
    {
      label: messages.text('shell.menu.edit'),
      submenu: [
        role('shell.menu.undo', 'undo'),
        role('shell.menu.redo', 'redo'),
        separator,
        role('shell.menu.cut', 'cut'),
        role('shell.menu.copy', 'copy'),
        role('shell.menu.paste', 'paste'),
        role('shell.menu.selectAll', 'selectAll'),
      ],
    },
    {
      label: messages.text('shell.menu.view'),
      submenu: [
        item('shell.menu.zoomIn', 'CommandOrControl+Plus', () => actions.zoom('in')),
        // The same key without Shift, and on the number pad.
        { ...item('shell.menu.zoomIn', 'CommandOrControl+=', () => actions.zoom('in')), visible: false },
        { ...item('shell.menu.zoomIn', 'CommandOrControl+numadd', () => actions.zoom('in')), visible: false },
        item('shell.menu.zoomOut', 'CommandOrControl+-', () => actions.zoom('out')),
        {
          ...item('shell.menu.zoomOut', 'CommandOrControl+numsub', () => actions.zoom('out')),
          visible: false,
        },
        item('shell.menu.zoomReset', 'CommandOrControl+0', () => actions.zoom('reset')),
        separator,
        role('shell.menu.fullScreen', 'togglefullscreen'),
        ...(withDeveloperTools
          ? [
              separator,
              role('shell.menu.reload', 'reload'),
              role('shell.menu.developerTools', 'toggleDevTools'),
            ]
          : []),
      ],
    },
    {
      label: messages.text('shell.menu.bay'),
      submenu: [
        item('shell.menu.flash', 'F9', () => actions.shortcut('flash')),
        item('shell.menu.abort', 'Shift+F9', () => actions.shortcut('abort')),
        separator,
        shown(
          item('shell.menu.previousBay', 'CommandOrControl+PageUp', () => actions.shortcut('previousBay')),
        ),
        shown(item('shell.menu.nextBay', 'CommandOrControl+PageDown', () => actions.shortcut('nextBay'))),
        separator,
        item('shell.menu.enterPanel', 'F6', actions.enterPanel),
      ],
    },
  ];
}
