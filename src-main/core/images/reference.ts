/** A name of an image, taken apart. Grammar: https://pkg.go.dev/github.com/distribution/reference */
export interface ImageReference {
  /** `registry.example:5000`; null for a name that says none. */
  registry: string | null;
  /** Without registry, tag and digest. */
  path: string;
  tag: string | null;
  /** `sha256:…` */
  digest: string | null;
}

const form =
  /^(?:(?<registry>localhost(?::\d+)?|[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?::\d+)?|[A-Za-z0-9-]+:\d+)\/)?(?<path>[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*)*)(?::(?<tag>\w[\w.-]{0,127}))?(?:@(?<digest>sha256:[0-9a-f]{64}))?$/;

/** Undefined for what is no name of an image. An id is none. */
export function parseReference(name: string): ImageReference | undefined {
  if (name.length > 400 || isImageId(name)) return undefined;
  const groups = form.exec(name)?.groups;
  const path = groups?.['path'];
  if (groups === undefined || path === undefined) return undefined;
  return {
    registry: groups['registry'] ?? null,
    path,
    tag: groups['tag'] ?? null,
    digest: groups['digest'] ?? null,
  };
}

/** Whether it is an id: `sha256:…`, or the 64 digits alone. */
export function isImageId(name: string): boolean {
  return /^(?:sha256:)?[0-9a-f]{64}$/.test(name);
}

/**
 * A name as the engine lists it: with its tag, without the registry that engines take when none is said. Two names
 * that stand for the same image are equal in this form. What is no name stays as it is.
 */
export function listedName(name: string): string {
  const parsed = parseReference(name);
  if (parsed === undefined) return name;
  const { registry, path, tag, digest } = parsed;
  const isDefault = registry === 'docker.io' || registry === 'index.docker.io';
  const place = isDefault ? path.replace(/^library\//, '') : registry === null ? path : `${registry}/${path}`;
  if (digest !== null) return `${place}@${digest}`;
  return `${place}:${tag ?? 'latest'}`;
}
