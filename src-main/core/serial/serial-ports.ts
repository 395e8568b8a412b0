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
  /** Where sysfs does not exist (macOS, Windows) this is how ports are found. */
  list(): Promise<Result<ListedPort[]>>;
  /**
   * Opens and closes the port once: tells before a container is made whether the station may use it and
   * whether somebody else holds it (`port-permission`, `port-busy`, `container-device-gone`).
   */
  probe(node: string): Promise<Result<void>>;
}
