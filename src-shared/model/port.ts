import { z } from 'zod';

/** A serial port that the system offers now. */
export const portSchema = z.object({
  /** As the system or the watched folder names it now, e.g. `/dev/ttyACM0`. Moves when devices re-enumerate. */
  path: z.string(),
  /** The device node behind `path`, symbolic links resolved. This is what a container is given. */
  node: z.string(),
  /** A pseudo-terminal cannot be passed with `--device`; it is bind-mounted. */
  kind: z.enum(['device', 'pseudo-terminal']),
  /** Where it is plugged in: `usb:<topology>:<configuration>.<interface>`, `platform:…`, or `virtual:<path>`. */
  physicalPath: z.string(),
  /** Four lower-case hexadecimal digits, as in sysfs `idVendor`. */
  vendorId: z.string().optional(),
  productId: z.string().optional(),
  serialNumber: z.string().optional(),
  manufacturer: z.string().optional(),
  product: z.string().optional(),
  /** USB interface number (0-255); tells the ports of a multi-port adapter apart. */
  interfaceNumber: z.number().int().optional(),
  /** Changes whenever the node is made anew; tells a replug from the same attachment. */
  identity: z.string(),
});

export type Port = z.infer<typeof portSchema>;
