import type { BayAsk, UnitIdentity } from '../../../src-shared/model/identity.js';
import { fault, ok, type Fault, type Result } from '../../../src-shared/model/result.js';
import type { RunRecord } from '../../../src-shared/model/run.js';
import { defaultSerialSettings } from '../../../src-shared/model/serial.js';
import type { Recipe } from '../recipes/schema.js';
import { groupsOf } from '../recipes/patterns.js';
import { formatSerial, type RecipeIdentity } from '../recipes/identity-schema.js';
import { execute } from '../tests/execute.js';
import type { TestLog } from '../tests/places.js';
import type { RunParts } from './run-parts.js';
import type { Conclusion, RunState } from './run-state.js';

/** What comes of asking who a unit is. */
export type Identification =
  | { kind: 'known'; identity: UnitIdentity | null }
  | { kind: 'ask'; ask: BayAsk; identity: UnitIdentity }
  /** `identity`: what the unit said, where that is why it is refused. */
  | { kind: 'ends'; conclusion: Conclusion; identity?: UnitIdentity };

/**
 * Finds out who a unit is, before anything is erased: what it says itself, the next number of a range, or a
 * question to the operator. A unit that says it is another model is refused here.
 */
export async function identify(options: Asking): Promise<Identification> {
  const { run, recipe, parts, log, signal } = options;
  const { identity: asked } = recipe;
  if (asked === undefined) return { kind: 'known', identity: null };
  const before = (run.identity?.serial ?? null) === null ? null : run.identity;
  // A retry that follows at once is of the same unit: it is asked nothing twice.
  if (before !== null && (run.byItself || asked.read === undefined))
    return { kind: 'known', identity: before };
  // No container of this run exists yet.
  const said = await askUnit({ ...options, asked, freePort: () => Promise.resolve(ok()) });
  if (before !== null) return asBefore(options, before, said);
  if (said.kind === 'ends') return said;
  const { serial, model } = said;
  const known = { model: model ?? null, at: parts.clock.now(), confirmed: null };
  if (signal.aborted) return { kind: 'known', identity: null };
  if (asked.operator !== undefined) {
    return {
      kind: 'ask',
      ask: {
        kind: 'identity',
        hint: asked.operator.hint ?? null,
        pattern: asked.operator.pattern.source,
      },
      identity: { ...known, source: 'operator', serial: null },
    };
  }
  if (asked.allocate === undefined) return asRead(options, { serial, model });
  const { from, to, format, range = recipe.name } = asked.allocate;
  const number = parts.records.allocate({ range, from, to }, run.firstRun);
  if (!number.ok) return { kind: 'ends', conclusion: { verdict: 'ERROR', fault: number.error } };
  const given = formatSerial(format, number.value);
  log.say('log.allocated', { serial: given });
  return { kind: 'known', identity: { ...known, source: 'allocated', serial: given } };
}

/**
 * A unit that an operator has flashed once more on the same plug: an adapter stays where it is when the unit behind it is
 * exchanged. One whose flash failed may not be able to answer any more, which makes it no other unit.
 */
function asBefore(
  options: Asking,
  before: UnitIdentity,
  said: Awaited<ReturnType<typeof askUnit>>,
): Identification {
  const known = { kind: 'known', identity: before } as const;
  if (options.signal.aborted) return known;
  if (said.kind === 'ends')
    return said.identity === undefined && said.conclusion.verdict !== 'ERROR' ? known : said;
  const { serial } = said;
  return before.source !== 'read' || serial === before.serial ? known : asRead(options, said);
}

/**
 * Asks what was flashed who it is. That the flasher lets go of the port first is `freePort`'s. Called for recipes
 * that ask after the flash.
 */
export async function identifyFlashed(
  options: Asking & { freePort: () => Promise<Result<void>> },
): Promise<Exclude<Identification, { kind: 'ask' }>> {
  const { recipe, signal } = options;
  if (recipe.identity === undefined) return { kind: 'known', identity: null };
  const said = await askUnit({ ...options, asked: recipe.identity });
  if (said.kind === 'ends') return said;
  if (signal.aborted) return { kind: 'known', identity: null };
  const read = asRead(options, said);
  if (read.kind === 'ends' || read.identity === null) return read;
  const { serial } = read.identity;
  const other = serial === null ? ok(null) : flashedElsewhere(options, serial);
  if (!other.ok) return { kind: 'ends', conclusion: { verdict: 'ERROR', fault: other.error } };
  if (other.value === null) return read;
  const twice = fault('serial-twice', { serial: serial ?? '', bay: other.value.bay });
  return { kind: 'ends', conclusion: { verdict: 'ERROR', fault: twice }, identity: read.identity };
}

interface Asking {
  run: RunState;
  recipe: Recipe;
  parts: RunParts;
  log: TestLog;
  signal: AbortSignal;
}

interface Said {
  serial?: string | undefined;
  model?: string | undefined;
}

function asRead(
  { recipe, parts, log }: Asking,
  { serial, model }: Said,
): Exclude<Identification, { kind: 'ask' }> {
  if (serial === undefined) {
    const unread = fault('identity-unread', { reason: parts.messages().text('log.reason-no-serial') });
    return { kind: 'ends', conclusion: { verdict: 'FAIL', fault: unread } };
  }
  log.say('log.unit', { serial, model: model ?? recipe.model });
  const at = parts.clock.now();
  return { kind: 'known', identity: { source: 'read', serial, model: model ?? null, at, confirmed: null } };
}

/** What the unit says, where the recipe asks it; one that says it is another model is refused. */
async function askUnit(
  options: Asking & { asked: RecipeIdentity; freePort: () => Promise<Result<void>> },
): Promise<({ kind: 'said' } & Said) | Extract<Identification, { kind: 'ends' }>> {
  const { recipe, parts, asked } = options;
  if (asked.read === undefined) return { kind: 'said' };
  const said = await readUnit({ ...options, read: asked.read });
  if ('verdict' in said) return { kind: 'ends', conclusion: said };
  const { serial, model } = said;
  const asksModel = asked.read.steps.some(
    ({ expect }) => expect !== undefined && groupsOf(expect).includes('model'),
  );
  if (asksModel && model === undefined && !options.signal.aborted) {
    const reason = parts.messages().text('log.reason-no-model');
    return { kind: 'ends', conclusion: { verdict: 'FAIL', fault: fault('identity-unread', { reason }) } };
  }
  if (model === undefined || isModel(asked, recipe.model, model)) return { kind: 'said', serial, model };
  const code = asked.read.when === 'after' ? 'model-differs' : 'model-refused';
  return {
    kind: 'ends',
    conclusion: { verdict: 'FAIL', fault: fault(code, { said: model, expected: recipe.model }) },
    identity: { source: 'read', serial: serial ?? null, model, at: parts.clock.now(), confirmed: null },
  };
}

function isModel({ model: pattern }: RecipeIdentity, expected: string, said: string): boolean {
  return pattern === undefined ? said.toLowerCase() === expected.toLowerCase() : pattern.test(said);
}

async function readUnit({
  run,
  parts,
  log,
  signal,
  read,
  freePort,
}: Omit<Asking, 'recipe'> & {
  read: NonNullable<RecipeIdentity['read']>;
  freePort: () => Promise<Result<void>>;
}): Promise<Said | Conclusion> {
  const { engine, clock } = parts;
  const executed = await execute({
    action: { serial: read },
    timeout: read.timeout,
    clock,
    log,
    signal,
    onStep: () => undefined,
    places: {
      engine,
      containerId: '',
      ownSpec: () => {
        throw new Error('a conversation has no container');
      },
      freePort,
      openPort: (baudRate) => parts.serial.open({ ...defaultSerialSettings, baudRate, node: run.port.node }),
      fill: (text) => ok(text),
    },
  });
  const ends = (verdict: Conclusion['verdict'], problem: Fault): Conclusion => ({ verdict, fault: problem });
  const unread = (reason: string): Fault => fault('identity-unread', { reason });
  const messages = parts.messages();
  switch (executed.kind) {
    case 'stopped':
    case 'program':
      return {};
    case 'fault':
      return ends('ERROR', executed.fault);
    case 'timeout':
      return ends('TIMEOUT', unread(messages.text('log.reason-stopped')));
    case 'conversation':
      if (executed.end === 'done') return saidOf(executed.groups);
      if (executed.end === 'late') {
        const pattern = read.steps[executed.step - 1]?.expect?.source ?? '';
        return ends('FAIL', unread(messages.text('log.reason-output', { pattern })));
      }
      return ends('ERROR', executed.fault ?? unread(messages.text('log.reason-port-gone')));
  }
}

/** An empty answer is none. */
function saidOf({ serial, model }: Record<string, string>): Said {
  return { serial: serial?.trim() || undefined, model: model?.trim() || undefined };
}

interface Recognising {
  run: RunState;
  recipe: Recipe;
  parts: RunParts;
}

/** How a run ends whose unit cannot be the one that its serial number says, or is not wanted; null when it may go on. */
export function refusedSerial(options: Recognising): Result<Conclusion | null> {
  const serial = options.run.identity?.serial ?? null;
  if (serial === null) return ok(null);
  const elsewhere = flashedElsewhere(options, serial);
  if (!elsewhere.ok) return elsewhere;
  if (elsewhere.value === null) return refusedByOrder(options, serial);
  const { bay } = elsewhere.value;
  return ok({ verdict: 'ABORTED', fault: fault('serial-elsewhere', { serial, bay }) });
}

/** The run of another unit with the same number that goes on now: a label was scanned twice, or one of them lies. */
function flashedElsewhere({ run, parts }: Recognising, serial: string): Result<RunRecord | null> {
  const unfinished = parts.records.unfinished();
  if (!unfinished.ok) return unfinished;
  const other = unfinished.value.find(
    ({ id, unitSerial, model }) => id !== run.id && unitSerial === serial && model === run.plan.model,
  );
  return ok(other ?? null);
}

/** A unit that is not on the list of the order that is open for its recipe. */
function refusedByOrder({ recipe, parts }: Recognising, serial: string): Result<Conclusion | null> {
  const order = parts.records.batches.refusing(recipe.name, serial);
  if (!order.ok) return order;
  if (order.value === null) return ok(null);
  // It says nothing of the unit: it lies in the wrong box.
  const refused = fault('serial-unexpected', { serial, order: order.value.orderNumber });
  return ok({ verdict: 'ABORTED', fault: refused });
}

/** The last run in which this unit passed, if whoever flashes it again has to be asked; null when not. */
export function passedBefore({
  run,
  recipe,
  parts,
}: Recognising): Result<{ run: string; at: number } | null> {
  const serial = run.identity?.serial ?? null;
  if (serial === null || recipe.identity?.passedBefore === 'allow') return ok(null);
  // Confirmed for an earlier attempt on the same plug: a retry asks nothing.
  if ((run.identity?.confirmed ?? null) !== null) return ok(null);
  const found = parts.records.list({ unitSerial: serial, verdict: 'PASS', model: run.plan.model, limit: 1 });
  if (!found.ok) return found;
  const [last] = found.value;
  return ok(last === undefined ? null : { run: last.id, at: last.endedAt ?? last.startedAt });
}
