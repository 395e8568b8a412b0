import { longestTerminalInput } from '../../src-shared/contract/terminals.js';
import type { TerminalSize, TerminalView } from '../../src-shared/model/terminal.js';
import type { Client } from '../client/client.js';
import { inPieces } from '../ui/terminal/paste.js';
import type { TerminalScreen } from '../ui/terminal/screen.js';

/** Acknowledged at the latest after so much, in bytes: far below what makes the station pause the source. */
const acknowledgeEvery = 64 * 1024;

/** One terminal of the station on one screen of the window. */
export class TerminalMirror {
  view: TerminalView | null = $state.raw(null);
  /** There is no such terminal, or no longer. */
  gone = $state(false);
  readonly #client;
  readonly #id;
  /** Pieces of input follow each other; a long paste does not overtake itself. */
  #written: Promise<unknown> = Promise.resolve();

  constructor(client: Client, id: string) {
    this.#client = client;
    this.#id = id;
  }

  /** Feeds the screen until what it returns is called. */
  attach(screen: TerminalScreen): () => void {
    const id = this.#id;
    let viewer = -1;
    let acknowledged = 0;
    const acknowledge = (position: number): void => {
      if (position - acknowledged < acknowledgeEvery) return;
      acknowledged = position;
      void this.#client.call('terminal.ack', { id, viewer, position });
    };
    return this.#client.subscribe('terminal', { id }, (message) => {
      if (message.kind === 'gone') {
        this.gone = true;
      } else if (message.kind === 'state') {
        viewer = message.viewer;
        this.view = message.terminal;
      } else if (message.isReplay) {
        acknowledged = message.from + message.bytes.length;
        void screen.replay(message.bytes, this.view?.size ?? screen.size);
      } else {
        const position = message.from + message.bytes.length;
        void screen.write(message.bytes).then(() => acknowledge(position));
      }
    });
  }

  write(data: string, encoding: 'text' | 'binary'): void {
    // Before the station has said how it stands, a key is sent as well: who types early has typed.
    if (this.view !== null && this.view.ended !== null) return;
    for (const piece of inPieces(data, longestTerminalInput)) {
      const call = (): Promise<unknown> =>
        this.#client.call('terminal.write', { id: this.#id, data: piece, encoding });
      // Why a piece was not taken shows as the terminal's end.
      this.#written = this.#written.then(call);
    }
  }

  resize(size: TerminalSize): void {
    void this.#client.call('terminal.resize', { id: this.#id, ...size });
  }
}
