import { dialog, type BrowserWindow } from 'electron';
import { dirname, join } from 'node:path';
import type { Messages } from '../../src-shared/messages/messages.js';
import type { QuitAnswer } from './quit.js';

/** The system's own dialogs: for a folder, and for what the page cannot ask because it is not there. */
export interface Dialogs {
  chooseFolder(start: string | undefined): Promise<string | null>;
  chooseFile(start: string | undefined): Promise<string | null>;
  chooseFiles(start: string | undefined): Promise<string[]>;
  /** The system's dialog has asked before it answers with a file that is there. */
  chooseSaveFile(name: string): Promise<string | null>;
  askToQuit(running: number[]): Promise<QuitAnswer>;
  askToReload(): Promise<boolean>;
  askToInterrupt(): Promise<boolean>;
}

const quitChoices = [
  ['stay', 'shell.quit.stay'],
  ['leave-running', 'shell.quit.leave'],
  ['abort-runs', 'shell.quit.abort'],
] as const;

export function createDialogs(window: BrowserWindow, messages: () => Messages): Dialogs {
  /** Where a file was saved last: the next is likely to go there as well. */
  let lastFolder: string | null = null;

  async function ask(question: { title: string; detail: string; buttons: string[] }): Promise<number> {
    const { response } = await dialog.showMessageBox(window, {
      type: 'warning',
      title: messages().text('words.appName'),
      message: question.title,
      detail: question.detail,
      buttons: question.buttons,
      defaultId: 0,
      cancelId: 0,
      noLink: true,
    });
    return response;
  }

  return {
    async chooseFolder(start) {
      const { filePaths } = await dialog.showOpenDialog(window, {
        properties: ['openDirectory', 'createDirectory'],
        ...(start === undefined ? {} : { defaultPath: start }),
      });
      return filePaths[0] ?? null;
    },
    async chooseFile(start) {
      const { filePaths } = await dialog.showOpenDialog(window, {
        properties: ['openFile'],
        ...(start === undefined ? {} : { defaultPath: start }),
      });
      return filePaths[0] ?? null;
    },
    async chooseFiles(start) {
      const { filePaths } = await dialog.showOpenDialog(window, {
        properties: ['openFile', 'multiSelections'],
        ...(start === undefined ? {} : { defaultPath: start }),
      });
      return filePaths;
    },
    async chooseSaveFile(name) {
      const { canceled, filePath } = await dialog.showSaveDialog(window, {
        defaultPath: lastFolder === null ? name : join(lastFolder, name),
        properties: ['showOverwriteConfirmation', 'createDirectory'],
      });
      if (canceled || filePath === '') return null;
      lastFolder = dirname(filePath);
      return filePath;
    },
    async askToQuit(running) {
      const words = messages();
      const bays = new Intl.ListFormat(words.locale).format(running.map(String));
      const chosen = await ask({
        title: words.text('shell.quit.title', { count: running.length, bays }),
        detail: words.text('shell.quit.detail'),
        buttons: quitChoices.map(([, key]) => words.text(key)),
      });
      return quitChoices[chosen]?.[0] ?? 'stay';
    },
    async askToReload() {
      const words = messages();
      const buttons = [words.text('shell.crash.leave'), words.text('shell.crash.reload')];
      return (
        (await ask({
          title: words.text('shell.crash.title'),
          detail: words.text('shell.crash.detail'),
          buttons,
        })) === 1
      );
    },
    async askToInterrupt() {
      const words = messages();
      const buttons = [words.text('shell.hang.wait'), words.text('shell.hang.reload')];
      return (
        (await ask({
          title: words.text('shell.hang.title'),
          detail: words.text('shell.hang.detail'),
          buttons,
        })) === 1
      );
    },
  };
}

/** Says why the station did not start. `showErrorBox` waits for a person; a machine without one reads standard error. */
export function showStartFailure(messages: Messages, what: string, remedy: string): void {
  dialog.showErrorBox(messages.text('shell.start.title'), `${what}\n\n${remedy}`);
}
