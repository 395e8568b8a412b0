import type { ImagesView } from '../../src-shared/model/image.js';
import type { RecipeBuild } from '../../src-shared/model/making.js';
import type { Fault } from '../../src-shared/model/result.js';
import type { Client } from '../client/client.js';

/** The images that concern the station. Null until its first word, and while the engine is away: `fault` says why. */
export class ImagesMirror {
  view: ImagesView | null = $state.raw(null);
  fault: Fault | null = $state.raw(null);
  readonly #unsubscribe;

  constructor(client: Client) {
    this.#unsubscribe = client.subscribe('images', undefined, ({ images, fault }) => {
      this.view = images;
      this.fault = fault;
    });
  }

  dispose(): void {
    this.#unsubscribe();
  }
}

/**
 * How the images of recipes compare with what they would be built from. Asked again whenever images change, and when
 * somebody comes back to the window: files of a context change without a word.
 */
export class BuildsMirror {
  list: readonly RecipeBuild[] = $state.raw([]);
  fault: Fault | null = $state.raw(null);
  readonly #client: Client;
  readonly #endings: (() => void)[];
  #asking = false;
  #again = false;
  #disposed = false;

  constructor(client: Client, window: Window) {
    this.#client = client;
    const look = (): void => this.look();
    window.addEventListener('focus', look);
    this.#endings = [
      () => window.removeEventListener('focus', look),
      // The first message comes at once.
      client.subscribe('images', undefined, look),
      client.subscribe('recipes', undefined, look),
    ];
  }

  of(recipe: string | undefined): RecipeBuild | undefined {
    return this.list.find((each) => each.recipe === recipe);
  }

  /** One question at a time; what is asked for meanwhile is asked once afterwards. */
  look(): void {
    if (this.#disposed) return;
    if (this.#asking) {
      this.#again = true;
      return;
    }
    this.#asking = true;
    void this.#client.call('images.builds').then((reply) => {
      this.#asking = false;
      if (this.#disposed) return;
      if (reply.ok) this.list = reply.value;
      this.fault = reply.ok ? null : reply.error;
      if (this.#again) {
        this.#again = false;
        this.look();
      }
    });
  }

  dispose(): void {
    this.#disposed = true;
    for (const end of this.#endings) end();
  }
}
