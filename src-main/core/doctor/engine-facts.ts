import { z } from 'zod';
import { ok, type Result } from '../../../src-shared/model/result.js';
import type { Clock } from '../clock.js';
import { createClient } from '../docker/client.js';
import type { Endpoint } from '../docker/endpoint.js';
import { labels } from '../docker/engine.js';
import { asFault } from '../docker/session.js';
import { within } from '../within.js';

const flag = z.boolean().nullish();

/**
 * What an engine says of itself, as far as the doctor asks. Nothing is required: an engine that leaves a field
 * out is no fault of the station. Source: https://docs.docker.com/reference/api/engine/ (`SystemInfo`)
 */
export const engineInfoSchema = z
  .object({
    Driver: z.string().nullish(),
    CgroupVersion: z.string().nullish(),
    CgroupDriver: z.string().nullish(),
    MemoryLimit: flag,
    PidsLimit: flag,
    CpuCfsQuota: flag,
    OperatingSystem: z.string().nullish(),
    OSType: z.string().nullish(),
    KernelVersion: z.string().nullish(),
    Architecture: z.string().nullish(),
    DockerRootDir: z.string().nullish(),
    SecurityOptions: z.array(z.string()).nullish(),
  })
  .transform((info) => ({
    storageDriver: info.Driver ?? '',
    /** Engines before 20.10 know one version alone and do not say so. */
    cgroupVersion: info.CgroupVersion ?? '1',
    cgroupDriver: info.CgroupDriver ?? '',
    /** What this kernel can hold a container to; true where the engine does not say. */
    limits: {
      memory: info.MemoryLimit ?? true,
      processes: info.PidsLimit ?? true,
      processors: info.CpuCfsQuota ?? true,
    },
    operatingSystem: info.OperatingSystem ?? '',
    osType: info.OSType ?? 'linux',
    kernel: info.KernelVersion ?? '',
    architecture: info.Architecture ?? '',
    /** On the engine's machine, which need not be this one. Empty when it does not say. */
    rootFolder: info.DockerRootDir ?? '',
    rootless: (info.SecurityOptions ?? []).some((option) => /^name=rootless\b/.test(option)),
  }));
export type EngineInfo = z.infer<typeof engineInfoSchema>;

export interface EngineFacts {
  info: EngineInfo;
  /** Ports of this machine that containers of Slipway hold. */
  ownPorts: number[];
}

const ownContainersSchema = z.array(
  z.object({ Ports: z.array(z.object({ PublicPort: z.number().int().optional() })).nullish() }),
);

/** How long the engine may take, in ms. */
const answerLimit = 4000;

/**
 * Asks the engine at a place. Of containers, only those with the station's label are asked for. Fails with
 * the faults of a call: `engine-lost`, `engine-absent`, `engine-refused`, `engine-error`.
 */
export async function readEngineFacts(
  endpoint: Endpoint,
  { clock, signal }: { clock: Clock; signal: AbortSignal },
): Promise<Result<EngineFacts>> {
  const client = await createClient(endpoint);
  try {
    const limits = { clock, deadlineMs: answerLimit, signals: [signal] };
    const [info, containers]: unknown[] = await within(limits, () =>
      Promise.all([
        client.docker.info() as Promise<unknown>,
        client.docker.listContainers({ filters: { label: [labels.station] } }),
      ]),
    );
    const ownPorts = ownContainersSchema
      .parse(containers)
      .flatMap(({ Ports }) => Ports ?? [])
      .flatMap(({ PublicPort }) => PublicPort ?? []);
    return ok({ info: engineInfoSchema.parse(info), ownPorts });
  } catch (thrown) {
    return { ok: false, error: asFault(thrown, { endpoint: endpoint.uri, hasAnswered: true }) };
  } finally {
    // Also ends what was given up.
    client.dispose();
  }
}
