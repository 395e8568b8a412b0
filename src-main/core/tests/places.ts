import type { MessageKey } from '../../../src-shared/messages/catalogue.js';
import type { MessageParams } from '../../../src-shared/messages/messages.js';
import type { Result } from '../../../src-shared/model/result.js';
import type { ContainerSpec, Engine } from '../docker/engine.js';
import type { SerialPort } from '../serial/serial-port.js';

/** Where tests run: in the flasher's container, in a container of their own, or over the port itself. */
export interface TestPlaces {
  engine: Engine;
  /** The flasher's container. */
  containerId: string;
  /** The spec of a test's own container. */
  ownSpec: (image: string, command: string[]) => ContainerSpec;
  /** A port belongs to one at a time: the flasher has let go of it when this resolves. */
  freePort: () => Promise<Result<void>>;
  /** Opens the port of the bay for the station itself. */
  openPort: (baudRate: number) => Promise<Result<SerialPort>>;
  /** Puts what is known of the unit into a text: `{serial}`, `{model}`. `serial-unknown`. */
  fill: (text: string) => Result<string>;
}

/** The run's log as tests write to it. */
export interface TestLog {
  /** Number of lines so far. */
  total(): number;
  say(key: MessageKey & `log.${string}`, params?: MessageParams): void;
  /** A line of a test program or of the unit. */
  heard(line: string): void;
  sent(line: string): void;
}
