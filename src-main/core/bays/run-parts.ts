import type { Messages } from '../../../src-shared/messages/messages.js';
import type { Port } from '../../../src-shared/model/port.js';
import type { Result } from '../../../src-shared/model/result.js';
import type { Clock } from '../clock.js';
import type { Engine } from '../docker/engine.js';
import type { PanelClient } from '../flash/panel-client.js';
import { whenAsked } from '../recipes/identity-schema.js';
import type { LoadedRecipe } from '../recipes/match.js';
import type { Records, RunLogs } from '../records/records.js';
import type { SerialOpener } from '../serial/serial-port.js';
import type { HostPorts } from './host-ports.js';
import type { RunPlan } from './run-state.js';

/** What a run needs of the station around it. The composition root hands it in; nothing here is looked up. */
export interface RunParts {
  clock: Clock;
  engine: Engine;
  records: Records;
  logs: RunLogs;
  panelClient: PanelClient;
  hostPorts: HostPorts;
  /** Goes into the label of every container. */
  stationId: string;
  host: string;
  /** In the station's language as it is now. */
  messages(): Messages;
  workspace(): string;
  /** The value of a secret: `secret-missing`, `secrets-unreadable`. */
  secret(name: string): Result<string>;
  /** Takes every known secret out of a text. */
  redact(text: string): string;
  /** SHA-256 of the manifest of what is flashed. */
  hashContent(folder: string, signal: AbortSignal): Promise<Result<{ hash: string }>>;
  /** True while the node that was plugged in is still that very node. */
  portIsSame(port: Port): boolean;
  newRunId(): string;
  /** Opens ports for the station itself. */
  serial: SerialOpener;
}

export function planOf({ recipe, hash }: LoadedRecipe): RunPlan {
  return {
    recipe: recipe.name,
    recipeHash: hash,
    title: recipe.title,
    model: recipe.model,
    imageName: recipe.image.name,
    hasPanel: recipe.container.panelPort !== undefined,
    asksIdentity: whenAsked(recipe.identity) === 'before',
    hasTests: recipe.tests.length > 0 || whenAsked(recipe.identity) === 'after',
    timeoutMs: recipe.flash.timeout,
    stallMs: recipe.flash.stall,
    retries: recipe.retries.count,
    retryOn: recipe.retries.on,
  };
}
