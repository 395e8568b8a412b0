import { z } from 'zod';

/** What an engine's messages about a build mean, whichever builder sent them. */
export type BuildEvent =
  | { type: 'step'; key: string; text: string; place: { at: number; of: number } | null }
  | { type: 'output'; key: string | null; text: string; source: 'out' | 'err' | 'station' }
  | { type: 'end'; key: string; state: 'done' | 'cached' | 'failed'; exitCode?: number }
  /** An untagged layer that a step made; `fresh` when it was not there before. */
  | { type: 'layer'; id: string; fresh: boolean }
  /** The container in which a step runs, and when it is gone. */
  | { type: 'container'; id: string; gone: boolean }
  | { type: 'image'; id: string }
  | { type: 'failed'; reason: string; exitCode: number | null };

/** Turns messages into events; one reader a build. */
export interface BuildReader {
  read(message: unknown): BuildEvent[];
  /** The stream is over: what had no line end yet, and the end of a step that runs. */
  end(): BuildEvent[];
}

/** An object of the JSON stream of POST /build; the fields of moby's `jsonmessage.JSONMessage`. */
export const buildMessageSchema = z.object({
  stream: z.string().optional(),
  status: z.string().optional(),
  progress: z.string().optional(),
  id: z.string().optional(),
  error: z.string().optional(),
  errorDetail: z.object({ code: z.number().int().optional(), message: z.string().optional() }).optional(),
  aux: z.unknown().optional(),
});
export type BuildMessage = z.infer<typeof buildMessageSchema>;

const auxImageSchema = z.object({ ID: z.string() });

/** The id of an image in an `aux` field: of the classic builder, and of BuildKit's last message. */
export function imageOf(aux: unknown): string | null {
  return auxImageSchema.safeParse(aux).data?.ID ?? null;
}

/** The exit code in the words of either builder. */
export function exitCodeIn(reason: string): number | null {
  const match =
    // The classic builder; BuildKit; BuildKit of engine 20.10.
    /(?:returned a non-zero code|did not complete successfully: exit code|^(?:.*: )?executor failed running \[.*\]: exit code): (\d+)/s.exec(
      reason,
    );
  return match?.[1] === undefined ? null : Number(match[1]);
}

export function failureOf({
  error,
  errorDetail,
}: BuildMessage): Extract<BuildEvent, { type: 'failed' }> | null {
  const reason = errorDetail?.message ?? error;
  if (reason === undefined) return null;
  const code = errorDetail?.code;
  return { type: 'failed', reason, exitCode: code !== undefined && code > 0 ? code : exitCodeIn(reason) };
}
