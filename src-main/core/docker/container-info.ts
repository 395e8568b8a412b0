import type { ContainerInfo } from './engine.js';
import type { ContainerAnswer } from './schemas.js';

const states = ['created', 'running', 'exited', 'dead'] as const;

/** A container as the engine describes it, in our words. */
export function toContainerInfo(answer: ContainerAnswer): ContainerInfo {
  const state = states.find((known) => known === answer.State.Status) ?? 'other';
  const ended = state === 'exited' || state === 'dead';
  const { StartedAt: startedAt, FinishedAt: finishedAt } = answer.State;
  return {
    id: answer.Id,
    name: answer.Name.replace(/^\//, ''),
    image: answer.Config.Image,
    imageId: answer.Image,
    labels: answer.Config.Labels,
    state,
    // One that never ran has a code too: what its start failed with.
    exitCode: ended ? answer.State.ExitCode : null,
    outOfMemory: answer.State.OOMKilled,
    startedAt,
    // The engine notes the start once it has been told of it: a short program has ended by then.
    finishedAt: ended && finishedAt !== null ? Math.max(finishedAt, startedAt ?? finishedAt) : null,
    published: published(answer),
  };
}

function published({ NetworkSettings }: ContainerAnswer): Record<number, number> {
  const ports: Record<number, number> = {};
  for (const [name, bindings] of Object.entries(NetworkSettings?.Ports ?? {})) {
    const binding = bindings?.find(({ HostIp }) => HostIp === '127.0.0.1');
    if (binding !== undefined) ports[Number.parseInt(name, 10)] = Number(binding.HostPort);
  }
  return ports;
}
