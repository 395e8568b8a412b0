import type { RecipesView } from '../../src-shared/model/station.js';
import type { Client } from '../client/client.js';

/** The recipes and what is wrong with their files. Null until the station's first word. */
export class RecipesMirror {
  view: RecipesView | null = $state.raw(null);
  readonly #unsubscribe;

  constructor(client: Client) {
    this.#unsubscribe = client.subscribe('recipes', undefined, (message) => {
      this.view = message.recipes;
    });
  }

  dispose(): void {
    this.#unsubscribe();
  }
}
