import type { Result } from '../../../src-shared/model/result.js';

/** One offered port as the serial library lists it; every field but the path may be missing. */
export interface ListedPort {
  path: string;
  vendorId?: string | undefined;
  productId?: string | undefined;
  serialNumber?: string | undefined;
  manufacturer?: string | undefined;
  pnpId?: string | undefined;
  locationId?: string | undefined;
}

export interface SerialPorts {
  /** Where sysfs does not exist (macOS, Windows) this is how ports are found. `port-watch-failed` when it cannot be had. */
  list(): Promise<Result<ListedPort[]>>;
  /**
   * Tells before a container is made whether the station may use the port and whether somebody else holds
   * it: `port-permission`, `port-busy` (`detail` names the holders), `container-device-gone`. Never opens
   * it: the kernel raises DTR and RTS on open, and on many boards that is the reset line.
   */
  probe(node: string): Promise<Result<void>>;
}
