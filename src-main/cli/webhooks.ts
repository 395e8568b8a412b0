import { join } from 'node:path';
import { hostname } from 'node:os';
import { Option, type Command } from 'commander';
import { fail, fault, ok, type Result } from '../../src-shared/model/result.js';
import type { WebhookView } from '../../src-shared/model/webhook.js';
import { createSystemClock } from '../core/clock.js';
import { createSecretStore } from '../core/config/secrets.js';
import type { StationConfig } from '../core/config/station-config.js';
import { openRecords } from '../core/records/open-records.js';
import type { Outbox } from '../core/records/outbox.js';
import { hookViews } from '../core/webhooks/hook-views.js';
import { postOverHttp } from '../core/webhooks/post.js';
import { sendMessage } from '../core/webhooks/send.js';
import { testMessage } from '../core/webhooks/webhooks-part.js';
import {
  type Action,
  type CommandTools,
  type CommonOptions,
  type Context,
  homeOf,
  outputOf,
} from './context.js';
import { readHomeSettings } from './home-settings.js';
import { exitCodes, formatTable, type Output } from './output.js';

/** `slipway webhooks …`: the outbox of a home, beside a station or without one. */
export function addWebhookCommands(webhooks: Command, tools: CommandTools): void {
  const { add, finish, common, context } = tools;
  const { messages } = context;
  const argument = ['<hook>', messages.text('cli.argument-hook')] as const;
  common(add(webhooks, 'list', messages.text('cli.webhooks-list'))).action((options: CommonOptions) =>
    finish(listHooks(options, context)),
  );
  common(add(webhooks, 'retry', messages.text('cli.webhooks-retry')).argument(...argument)).action(
    (hook: string, options: CommonOptions) =>
      finish(
        change(hook, options, context, (outbox, output) => {
          const asked = outbox.ask(hook, Date.now());
          if (asked.ok) output.line(messages.text('cli.webhook-asked', { hook }));
          return asked;
        }),
      ),
  );
  common(add(webhooks, 'drop', messages.text('cli.webhooks-drop')).argument(...argument))
    .addOption(new Option('--id <id>', messages.text('cli.option-delivery')))
    .action((hook: string, options: CommonOptions & { id?: string }) =>
      finish(
        change(hook, options, context, (outbox, output) => {
          const dropped = outbox.drop(hook, options.id);
          if (!dropped.ok) return dropped;
          output.event('dropped', { hook, count: dropped.value });
          output.line(messages.text('cli.webhook-dropped', { hook, count: dropped.value }));
          return ok();
        }),
      ),
    );
  common(
    add(webhooks, 'acknowledge', messages.text('cli.webhooks-acknowledge')).argument(...argument),
  ).action((hook: string, options: CommonOptions) =>
    finish(change(hook, options, context, (outbox) => outbox.acknowledge(hook))),
  );
  common(add(webhooks, 'test', messages.text('cli.webhooks-test')).argument(...argument)).action(
    (hook: string, options: CommonOptions) => finish(testHook(hook, options, context)),
  );
}

/** Opens what a command needs of a home, and closes it again. */
async function withHome(
  options: CommonOptions,
  context: Context,
  work: (home: {
    settings: StationConfig;
    outbox: Outbox;
    output: Output;
  }) => Promise<Result<number>> | Result<number>,
): Action {
  const output = outputOf(options, context);
  const home = homeOf(options, context);
  const settings = await readHomeSettings(home, context);
  if (!settings.ok) return told(output, settings);
  const path = join(home, 'records.db');
  const records = openRecords({ path, clock: createSystemClock(), host: hostname() });
  if (!records.ok) return told(output, records);
  try {
    return told(output, await work({ settings: settings.value, outbox: records.value.outbox, output }));
  } finally {
    records.value.close();
  }
}

function told(output: Output, result: Result<number>): number {
  if (result.ok) return result.value;
  output.fault(result.error);
  return result.error.code === 'webhook-unknown' ? exitCodes.usage : exitCodes.ERROR;
}

function listHooks(options: CommonOptions, context: Context): Action {
  const { messages } = context;
  return withHome(options, context, ({ settings, outbox, output }) => {
    const tallies = outbox.tallies();
    if (!tallies.ok) return tallies;
    const views = hookViews(settings.webhooks, tallies.value, () => undefined, Date.now());
    for (const hook of views) output.event('webhook', { hook });
    if (views.length === 0) {
      output.note(messages.text('cli.no-webhooks'));
      return ok(exitCodes.ok);
    }
    const header = ['webhook', 'state', 'waiting', 'delivered', 'lost', 'reason'] as const;
    const rows = views.map((view) => rowOf(view, context));
    output.line(
      formatTable(
        header.map((column) => messages.text(`cli.hook-column-${column}`)),
        rows,
      ),
    );
    return ok(exitCodes.ok);
  });
}

function rowOf(view: WebhookView, { messages }: Context): string[] {
  return [
    view.name,
    messages.text(`webhooks.state-${view.state}`),
    String(view.waiting),
    String(view.delivered),
    String(view.lost),
    view.fault === null ? '' : messages.what(view.fault),
  ];
}

/** Does something to the outbox of a hook that is in station.yaml or has something waiting. */
function change(
  hook: string,
  options: CommonOptions,
  context: Context,
  work: (outbox: Outbox, output: Output) => Result<void>,
): Action {
  return withHome(options, context, ({ settings, outbox, output }) => {
    const tallies = outbox.tallies();
    if (!tallies.ok) return tallies;
    const known = settings.webhooks.has(hook) || tallies.value.some((tally) => tally.hook === hook);
    if (!known) return fail('webhook-unknown', { hook });
    const done = work(outbox, output);
    return done.ok ? ok(exitCodes.ok) : done;
  });
}

/** Sends a test now; exits 0 when the receiver took it, 1 when it or the network did not. */
async function testHook(hook: string, options: CommonOptions, context: Context): Action {
  const output = outputOf(options, context);
  const home = homeOf(options, context);
  const settings = await readHomeSettings(home, context);
  if (!settings.ok) return told(output, settings);
  const found = settings.value.webhooks.get(hook);
  if (found === undefined) return told(output, { ok: false, error: fault('webhook-unknown', { hook }) });
  const secrets = createSecretStore({ home, locale: () => settings.value.locale });
  const stopped = new AbortController();
  const forget = context.onStop(() => stopped.abort());
  const clock = createSystemClock();
  const station = { id: '', name: settings.value.name, host: hostname() };
  const parts = {
    clock,
    post: postOverHttp,
    secret: (name: string) => secrets.read(name),
    redact: (text: string) => secrets.redact(text),
  };
  const begun = clock.now();
  const sent = await sendMessage(found, testMessage(station, begun), parts, stopped.signal);
  forget();
  if (!sent.ok) {
    output.fault(sent.error);
    if (sent.error.detail !== undefined) output.note(sent.error.detail);
    return stopped.signal.aborted ? exitCodes.ABORTED : exitCodes.FAIL;
  }
  const milliseconds = clock.now() - begun;
  output.event('tested', { hook, status: sent.status, milliseconds });
  output.line(context.messages.text('cli.webhook-tested', { hook, status: sent.status, milliseconds }));
  return exitCodes.ok;
}
