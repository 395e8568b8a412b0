import type { JobProgress, JobStep, JobSummary } from '../../../src-shared/model/job.js';
import type { Language } from '../../state/language.svelte.js';

export function titleOf(job: JobSummary, language: Language): string {
  return language.lookUp(`jobs.title-${job.kind}`, job.params);
}

export function stepText(step: JobStep, language: Language): string {
  return step.phase === null ? step.text : language.text(`jobs.phase-${step.phase}`);
}

/** 0–100, or null where nobody knows. */
export function percentOf(progress: JobProgress | null): number | null {
  if (progress?.total === null || progress === null || progress.total === 0) return null;
  return Math.min(100, (progress.done / progress.total) * 100);
}

/** Whether an unfolded step is what somebody wants to see first. */
export function opensByItself(step: JobStep): boolean {
  return step.state === 'running' || step.state === 'failed';
}
