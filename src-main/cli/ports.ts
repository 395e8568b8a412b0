import { createSystemClock } from '../core/clock.js';
import { createConfigStore } from '../core/config/config-store.js';
import { createPortSource } from '../core/ports/create-port-source.js';
import { createSerialPorts } from '../core/serial/create-serial-ports.js';
import { homeOf, outputOf, type Action, type CommonOptions, type Context } from './context.js';
import { exitCodes, formatTable } from './output.js';

/** `slipway ports`: what the system offers now, with the virtual ports of the home's `station.yaml`. */
export async function listPorts(options: CommonOptions, context: Context): Action {
  const output = outputOf(options, context);
  const { messages, environment } = context;
  const clock = createSystemClock();
  const config = createConfigStore({ home: homeOf(options, context), environment, clock });
  const loaded = await config.load();
  config.dispose();
  if (!loaded.ok) {
    output.fault(loaded.error);
    return exitCodes.ERROR;
  }
  const source = createPortSource({
    virtualPorts: loaded.value.virtualPorts,
    serialPorts: createSerialPorts(),
    clock,
  });
  await source.start();
  const ports = source.list();
  source.dispose();
  for (const port of ports) output.event('port', { port });
  if (ports.length === 0) output.note(messages.text('cli.no-ports'));
  else {
    const header = ['port', 'device', 'serial', 'path'] as const;
    output.line(
      formatTable(
        header.map((column) => messages.text(`cli.column-${column}`)),
        ports.map((port) => [
          port.path,
          port.product ?? (port.vendorId === undefined ? '' : `${port.vendorId}:${port.productId ?? ''}`),
          port.serialNumber ?? '',
          port.physicalPath,
        ]),
      ),
    );
  }
  return exitCodes.ok;
}
