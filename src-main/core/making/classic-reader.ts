import { buildMessageSchema, failureOf, imageOf, type BuildEvent, type BuildReader } from './build-events.js';
import { withoutColours } from './output-text.js';

/**
 * Reads what the classic builder says. It has no messages of its own for steps: they are lines of its output
 * (`Step 2/7 : RUN make`, ` ---> Using cache`, ` ---> 3f53bb00af94`), from the sources of moby,
 * builder/dockerfile. What a command prints comes between ` ---> Running in …` and the next of these.
 */
export function createClassicReader(): BuildReader {
  let rest = '';
  let key: string | null = null;
  let cached = false;
  let inCommand = false;
  let steps = 0;

  function endStep(state: 'done' | 'failed', exitCode?: number): BuildEvent[] {
    if (key === null) return [];
    const ended: BuildEvent = {
      type: 'end',
      key,
      state: state === 'done' && cached ? 'cached' : state,
      ...(exitCode === undefined ? {} : { exitCode }),
    };
    key = null;
    return [ended];
  }

  function readLine(raw: string): BuildEvent[] {
    const line = withoutColours(raw);
    const step = /^Step (\d+)\/(\d+) : (.*)$/s.exec(line);
    if (step !== null) {
      const before = endStep('done');
      steps += 1;
      key = String(steps);
      cached = false;
      inCommand = false;
      const place = { at: Number(step[1]), of: Number(step[2]) };
      return [...before, { type: 'step', key, text: step[3] ?? '', place }];
    }
    if (line === ' ---> Using cache') {
      cached = true;
      return [];
    }
    const running = /^ ---> (?:\[Warning\] .*|Running in ([0-9a-f]+))$/.exec(line);
    if (running?.[1] !== undefined) {
      inCommand = true;
      return [{ type: 'container', id: running[1], gone: false }];
    }
    const removed = /^Removing intermediate container ([0-9a-f]+)$/.exec(line);
    if (removed?.[1] !== undefined) {
      inCommand = false;
      return [{ type: 'container', id: removed[1], gone: true }];
    }
    const layer = inCommand ? null : /^ ---> ([0-9a-f]{12,64})$/.exec(line);
    if (layer?.[1] !== undefined) {
      // The first layer of a stage is its base image, which was there before.
      return [{ type: 'layer', id: layer[1], fresh: !cached }];
    }
    const built = /^Successfully built ([0-9a-f]+)$/.exec(line);
    if (built !== null) return endStep('done');
    if (/^Successfully tagged /.test(line)) return [];
    return line === '' && key === null ? [] : [{ type: 'output', key, text: line, source: 'out' }];
  }

  /** Whole lines of output; a carriage return begins a line anew, as progress bars do. */
  function take(text: string): BuildEvent[] {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    return lines.flatMap((line) => readLine(line.replace(/\r$/, '').replace(/^.*\r/, '')));
  }

  function flush(): BuildEvent[] {
    const last = withoutColours(rest);
    rest = '';
    return last === '' ? [] : readLine(last);
  }

  return {
    read(message) {
      const parsed = buildMessageSchema.safeParse(message);
      if (!parsed.success) return [];
      const { stream, status, progress, id, aux } = parsed.data;
      const failure = failureOf(parsed.data);
      if (failure !== null) {
        return [...flush(), ...endStep('failed', failure.exitCode ?? undefined), failure];
      }
      const image = imageOf(aux);
      if (image !== null) return [{ type: 'image', id: image }];
      if (stream !== undefined) return take(stream);
      // A progress bar says the same again and again; what it is about says it once.
      if (status !== undefined && (progress === undefined || progress === '')) {
        const text = id === undefined ? status : `${id}: ${status}`;
        return [{ type: 'output', key, text, source: 'station' }];
      }
      return [];
    },
    end: () => [...flush(), ...endStep('done')],
  };
}
