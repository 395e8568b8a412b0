import { homedir, hostname } from 'node:os';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMessages } from '../../../src-shared/messages/messages.js';
import { formatProblem } from '../yaml/check.js';
import { defaultRetention } from './retention.js';
import { firstStationYaml } from './first-config.js';
import { localeOf } from './locale.js';
import { parseStationConfig, type StationConfig } from './station-config.js';

const surroundings = { home: '/srv/slipway', environment: { HOME: homedir(), LANG: 'es_ES.UTF-8' } };

function parsed(text: string): StationConfig {
  const result = parseStationConfig(text, 'station.yaml', surroundings);
  if (!result.ok) throw new Error(JSON.stringify(result.error));
  return result.value.value;
}

function sentences(text: string): string[] {
  const result = parseStationConfig(text, 'station.yaml', surroundings);
  return result.ok ? [] : result.error.map((problem) => formatProblem(problem, createMessages('en')));
}

describe('station.yaml', () => {
  it('may leave everything out', () => {
    expect(parsed('{}')).toEqual({
      name: hostname().slice(0, 80),
      workspace: '/srv/slipway/workspace',
      ports: { base: 1080 },
      virtualPorts: [],
      bays: new Map(),
      autoFlash: false,
      locale: 'es',
      theme: 'system',
      operator: expect.any(String) as string,
      settle: 500,
      retention: defaultRetention,
      webhooks: new Map(),
      labels: new Map(),
    });
  });

  it('says all that a station can be told', () => {
    const text = `
name: Line 2
workspace: ~/widgetOS
docker: unix:///run/user/1000/docker.sock
ports: { base: 2080 }
virtualPorts: [/run/widgets/*]
bays:
  usb:1-2:1.0: { number: 7, label: 12 }
  "virtual:/run/widgets/a": { number: 1, enabled: false }
autoFlash: true
locale: en
theme: dark
operator: Ana
settle: 0ms
webhooks:
  mes: { url: 'https://mes.example/hook', secret: mes-key, only: { bays: [7] }, keep: { age: never } }
labels:
  unit: { template: labels/unit.yaml, printer: { tcp: 192.0.2.7 }, print: pass }
`;
    expect(parsed(text)).toEqual({
      name: 'Line 2',
      workspace: `${homedir()}/widgetOS`,
      docker: 'unix:///run/user/1000/docker.sock',
      ports: { base: 2080 },
      virtualPorts: ['/run/widgets/*'],
      bays: new Map([
        ['usb:1-2:1.0', { number: 7, label: '12', enabled: true }],
        ['virtual:/run/widgets/a', { number: 1, enabled: false }],
      ]),
      autoFlash: true,
      locale: 'en',
      theme: 'dark',
      operator: 'Ana',
      settle: 0,
      retention: defaultRetention,
      webhooks: new Map([
        [
          'mes',
          {
            url: 'https://mes.example/hook',
            events: ['run.ended'],
            secret: 'mes-key',
            only: { bays: [7] },
            timeout: 10_000,
            keep: { age: null, size: 64 * 1024 ** 2 },
          },
        ],
      ]),
      labels: new Map([
        [
          'unit',
          {
            template: 'labels/unit.yaml',
            printer: { kind: 'tcp', host: '192.0.2.7', port: 9100 },
            status: true,
            print: 'pass',
          },
        ],
      ]),
    });
  });

  it.each<[string, string, string | RegExp]>([
    ['an empty file', '', /station\.yaml:1:1: Expected a block/],
    [
      'a misspelt key',
      'autoflash: true',
      'station.yaml:1:1: autoflash: “autoflash” is not known here. Did you mean “autoFlash”?',
    ],
    [
      'a webhook with a password in its address',
      "webhooks:\n  mes: { url: 'https://me:pass@mes.example/', secret: mes-key }",
      /^station\.yaml:2:15: webhooks\.mes\.url: /,
    ],
    [
      'a switch in words',
      'autoFlash: yes',
      'station.yaml:1:12: autoFlash: Expected true or false, found “yes”.',
    ],
    ['a language', 'locale: fr', 'station.yaml:1:9: locale: Expected one of en, es; found “fr”.'],
    [
      'a relative workspace',
      'workspace: widgets',
      /workspace: Expected a folder’s absolute path.* found “widgets”/,
    ],
    ['the whole disk as workspace', 'workspace: /', /workspace: “\/” is refused/],
    ['a relative glob', 'virtualPorts: [widgets/*]', /virtualPorts\[0\]: Expected an absolute path/],
    [
      'a bay named after its node',
      'bays: { /dev/ttyACM0: { number: 1 } }',
      /station\.yaml:1:9: bays\["\/dev\/ttyACM0"\]: “\/dev\/ttyACM0” is no physical path/,
    ],
    [
      'a bay without a number',
      'bays:\n  usb:1-2:1.0: { label: a }',
      'station.yaml:2:16: bays["usb:1-2:1.0"].number: “number” is missing: a number.',
    ],
    [
      'two bays of one number',
      'bays:\n  usb:1: { number: 1 }\n  usb:2: { number: 1 }',
      'station.yaml:3:20: bays["usb:2"].number: The bay at usb:1 has the number 1 already.',
    ],
    ['a port that is none', 'ports: { base: 70000 }', /ports\.base: 70000 is too large/],
    ['a settle time without a unit', 'settle: 500', /settle: Expected a duration/],
  ])('is refused for %s', (_what, text, expected) => {
    const said = sentences(text);
    expect(said).toHaveLength(1);
    if (typeof expected === 'string') expect(said[0]).toBe(expected);
    else expect(said[0]).toMatch(expected);
  });

  it('never throws, whatever the text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        parseStationConfig(text, 'station.yaml', surroundings);
        parseStationConfig(`bays:\n  ${text}: { number: 1 }`, 'station.yaml', surroundings);
      }),
    );
  });
});

describe('the station.yaml of a new home', () => {
  it.each(['en', 'es'] as const)('is right and explains itself: %s', (locale) => {
    const text = firstStationYaml(createMessages(locale));
    expect(parsed(text).name).toBe(hostname().slice(0, 80));
    // What is commented out is right, too, once a person takes the mark away.
    const everything = text
      .replace('bays: {}', '')
      .replace('virtualPorts: []', '')
      .replace(/^# (?=(\w+: ?\S*|bays:| {2}"usb.*)$)/gm, '')
      .replace(/^# (virtualPorts:.*|docker:.*|workspace:.*| {2}"usb.*)$/gm, '$1');
    expect(parsed(everything)).toMatchObject({
      locale,
      theme: 'dark',
      operator: 'Ana',
      virtualPorts: ['/run/widgets/*'],
    });
    expect(parsed(everything).bays.get('usb:1-2:1.0')).toMatchObject({ number: 1, enabled: true });
  });
});

describe('the language of the environment', () => {
  it.each([
    [{ LANG: 'es_ES.UTF-8' }, 'es'],
    [{ LANG: 'es' }, 'es'],
    [{ LANG: 'es-MX' }, 'es'],
    [{ LANG: 'est_EE' }, 'en'],
    [{ LANG: 'es_ES', LC_ALL: 'C' }, 'en'],
    [{ LANG: 'en_GB', LC_MESSAGES: 'es_ES' }, 'es'],
    [{ LANG: 'es_ES', LC_ALL: '' }, 'es'],
    [{}, 'en'],
  ])('%j is %s', (environment, locale) => {
    expect(localeOf(environment)).toBe(locale);
  });
});
