import type { App } from '../../app.svelte.js';
import type { Reply } from '../../../src-shared/contract.js';

/** Shows the job that began, or hands back why none did, in words for the dialog. */
export async function showJob(
  { dialogs, navigation, language }: App,
  asked: Promise<Reply<{ jobId: string }>>,
): Promise<string | null> {
  const reply = await asked;
  if (!reply.ok) return `${language.what(reply.error)} ${language.remedy(reply.error)}`;
  dialogs.close();
  navigation.go({ screen: 'job', jobId: reply.value.jobId });
  return null;
}

/** `a, b  c` as a list. */
export function wordsOf(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '');
}

/** A line each; empty ones say nothing. */
export function linesOf(text: string): string[] {
  return text
    .split(';')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
