import { z } from 'zod';

/**
 * A container's description as far as it is shown or said again as a command line. Everything may be missing or
 * null: engines leave out what was not asked for. Source: https://docs.docker.com/reference/api/engine/version/v1.41/#tag/Container/operation/ContainerInspect
 */
const words = z
  .array(z.string())
  .nullish()
  .transform((list) => list ?? []);
const text = z
  .string()
  .nullish()
  .transform((value) => value ?? '');
const flag = z
  .boolean()
  .nullish()
  .transform((value) => value ?? false);
const amount = z
  .number()
  .nullish()
  .transform((value) => value ?? 0);
const texts = z
  .record(z.string(), z.string())
  .nullish()
  .transform((record) => record ?? {});
const keys = z
  .record(z.string(), z.unknown())
  .nullish()
  .transform((record) => Object.keys(record ?? {}));
function many<Item extends z.ZodType>(item: Item) {
  return z
    .array(item)
    .nullish()
    .transform((list) => list ?? []);
}

/** Of an image or a container. */
const configFields = {
  Env: words,
  Cmd: words,
  Entrypoint: words,
  WorkingDir: text,
  User: text,
  Labels: texts,
  ExposedPorts: keys,
};

const bindings = z
  .record(z.string(), z.array(z.object({ HostIp: text, HostPort: text })).nullish())
  .nullish()
  .transform((ports) => ports ?? {});

export const mountSchema = z.object({
  Type: z.string(),
  Source: text,
  Target: text,
  ReadOnly: flag,
  VolumeOptions: z
    .object({
      NoCopy: flag,
      Labels: texts,
      DriverConfig: z.object({ Name: text, Options: texts }).nullish(),
    })
    .nullish(),
  TmpfsOptions: z.object({ SizeBytes: amount, Mode: amount }).nullish(),
  BindOptions: z.object({ Propagation: text }).nullish(),
});
export type MountOptions = z.infer<typeof mountSchema>;

export const detailsSchema = z.object({
  Id: z.string(),
  Created: text,
  Name: z.string(),
  Image: z.string(),
  State: z.object({
    Status: z.string(),
    ExitCode: amount,
    OOMKilled: flag,
    Error: text,
    StartedAt: text,
    FinishedAt: text,
  }),
  Config: z.object({
    ...configFields,
    Hostname: text,
    Image: text,
    Tty: flag,
    OpenStdin: flag,
    StopSignal: text,
  }),
  HostConfig: z.object({
    Binds: words,
    Tmpfs: texts,
    Mounts: many(mountSchema),
    Devices: many(z.object({ PathOnHost: text, PathInContainer: text, CgroupPermissions: text })),
    PortBindings: bindings,
    NetworkMode: text,
    Dns: words,
    DnsOptions: words,
    DnsSearch: words,
    ExtraHosts: words,
    CapAdd: words,
    CapDrop: words,
    SecurityOpt: words,
    GroupAdd: words,
    Privileged: flag,
    ReadonlyRootfs: flag,
    AutoRemove: flag,
    Init: flag,
    IpcMode: text,
    PidMode: text,
    Memory: amount,
    MemorySwap: amount,
    NanoCpus: amount,
    CpuShares: amount,
    PidsLimit: amount,
    ShmSize: amount,
    LogConfig: z.object({ Type: text, Config: texts }).nullish(),
    RestartPolicy: z.object({ Name: text, MaximumRetryCount: amount }).nullish(),
    Ulimits: many(z.object({ Name: text, Soft: amount, Hard: amount })),
  }),
  Mounts: many(
    z.object({ Type: text, Name: text, Source: text, Destination: text, RW: z.boolean().default(true) }),
  ),
  NetworkSettings: z
    .object({
      Ports: bindings,
      Networks: z
        .record(z.string(), z.object({ IPAddress: text }))
        .nullish()
        .transform((networks) => networks ?? {}),
    })
    .nullish(),
});
export type ContainerDetails = z.infer<typeof detailsSchema>;

/** Only what tells whose a container is. */
export const ownerSchema = z.object({
  Id: z.string(),
  Image: z.string(),
  Config: z.object({ Image: text, Labels: texts }),
});

export const imageDefaultsSchema = z.object({
  Id: z.string(),
  Config: z
    .object(configFields)
    .nullish()
    .transform((config) => config ?? null),
});
