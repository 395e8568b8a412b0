import type { Command as KeyCommand } from './keymap.js';

/** `focus-bay` has no key of its own: it follows the digits. */
type Command = KeyCommand | 'focus-bay';

/** Who answers a command now. A part of the screen that is there answers before the window does. */
export class Commands {
  readonly #handlers = new Map<Command, (() => void)[]>();

  /** Answers a command until what it returns is called. */
  answer(command: Command, handler: () => void): () => void {
    const handlers = this.#handlers.get(command) ?? [];
    this.#handlers.set(command, [...handlers, handler]);
    return () => this.#remove(command, handler);
  }

  /** Answers only while no part of the screen does. */
  answerOtherwise(command: Command, handler: () => void): () => void {
    const handlers = this.#handlers.get(command) ?? [];
    this.#handlers.set(command, [handler, ...handlers]);
    return () => this.#remove(command, handler);
  }

  /** False when nobody answers. */
  run(command: Command): boolean {
    const handler = this.#handlers.get(command)?.at(-1);
    handler?.();
    return handler !== undefined;
  }

  #remove(command: Command, handler: () => void): void {
    const left = (this.#handlers.get(command) ?? []).filter((each) => each !== handler);
    this.#handlers.set(command, left);
  }
}
