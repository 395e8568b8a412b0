// The least that an Electron application can be: what `window.bench.ts` compares with.
import { app, BrowserWindow } from 'electron';
import { fileURLToPath } from 'node:url';

void app.whenReady().then(async () => {
  const window = new BrowserWindow({ width: 1280, height: 800 });
  await window.loadFile(fileURLToPath(new URL('page.html', import.meta.url)));
});
app.on('window-all-closed', () => app.quit());
