import { describe, expect, it } from 'vitest';
import {
  leastRecipe as least,
  replacedInLeast as replaced,
  sentencesOf as sentences,
} from '../../../test/fakes/recipes.js';

const panel = replaced('image:', 'container: { panelPort: 80 }\nimage:');
const withContainer = (lines: string): string => replaced('image:', `container:\n  ${lines}\nimage:`);
const withMount = (mount: string): string => withContainer(`mounts: [${mount}]`);
const withFlash = (lines: string): string => replaced('flash:', `flash:\n  ${lines}`);
const withSign = (sign: string): string => replaced('exitCode: 0', sign);

const cases: [what: string, text: string, expected: string | RegExp][] = [
  ['an empty file', '', 'a.yaml:1:1: Expected a block of “key: value” lines, found nothing.'],
  ['a list instead of a recipe', '- a', 'a.yaml:1:1: Expected a block of “key: value” lines, found a list.'],
  [
    'a quote that is not closed',
    replaced('model: plain', 'model: "plain'),
    /^a\.yaml:5:14: Something is not closed/,
  ],
  ['a tab', replaced('  success:', '\tsuccess:'), /^a\.yaml:9:1: A tab/],
  ['bad indentation', replaced('  es: Placa', ' es: Placa'), /^a\.yaml:4:\d: The indentation/],
  ['two keys on a line', replaced('model: plain', 'model: plain: x'), /^a\.yaml:5:8: A second “key: value”/],
  [
    'a key twice',
    replaced('model: plain', 'model: plain\nname: other'),
    'a.yaml:6:1: The key “name” stands here a second time.',
  ],
  ['an alias of nothing', replaced('plain\n', '*nothing\n'), /^a\.yaml:5:8: This alias/],
  ['a tag', replaced('model: plain', 'model: !!js/function plain'), /^a\.yaml:5:8: The tag/],
  ['a binary tag', replaced('model: plain', 'model: !!binary aGk='), /The tag/],
  ['a key that is a list', `${least}? [a]\n: b\n`, /^a\.yaml:11:3: A key has to be/],
  ['__proto__', `${least}__proto__: { a: b }\n`, /^a\.yaml:11:1: A key has to be/],
  [
    'a merge key',
    replaced('match: {', 'match: { <<: { bay: 1 },'),
    /^a\.yaml:6:10: match\["<<"\]: “<<” is not known/,
  ],
  ['a second document', `${least}---\na: 1\n`, /^a\.yaml:11:1: A second document/],
  [
    'an unknown key',
    replaced('model:', 'colour: red\nmodel:'),
    /^a\.yaml:5:1: colour: “colour” is not known here\. Known are: name, title, /,
  ],
  [
    'a name in capitals',
    replaced('panel-less', 'Panel Less'),
    /^a\.yaml:1:7: name: Expected a name of lower-case/,
  ],
  [
    'an empty match',
    replaced('{ vendorId: "2341" }', '{}'),
    /^a\.yaml:6:8: match: A match needs at least one/,
  ],
  [
    'a match that is a word',
    replaced('{ vendorId: "2341" }', 'all'),
    /^a\.yaml:6:8: match: Expected what to match .* found “all”/,
  ],
  [
    'a match within a list',
    replaced('{ vendorId: "2341" }', '[{ bay: 1 }, { bay: x }]'),
    'a.yaml:6:28: match[1].bay: Expected a number, found “x”.',
  ],
  [
    'a vendor id that is none',
    replaced('2341', '234'),
    /match\.vendorId: Expected four hexadecimal digits .* found “234”/,
  ],
  ['a digest', replaced('plain-flasher', 'plain-flasher, digest: latest'), /image\.digest: Expected sha256:/],
  [
    'a duration without a unit',
    withFlash('timeout: 90'),
    'a.yaml:9:12: flash.timeout: Expected a duration with its unit, such as 500ms, 90s, 10m or 1h; found “90”.',
  ],
  [
    'a duration of nothing',
    withFlash('timeout: 0s'),
    'a.yaml:9:12: flash.timeout: “0s” is out of range; from 100ms to 24h is possible.',
  ],
  ['a size without a unit', withContainer('limits: { memory: 5000000 }'), /limits\.memory: Expected a size/],
  ['too little memory', withContainer('limits: { memory: 1MiB }'), /“1MiB” is out of range; from 6MiB/],
  [
    'too few processes',
    withContainer('limits: { pids: 1 }'),
    'a.yaml:8:19: container.limits.pids: 1 is too small; at least 8 is expected.',
  ],
  [
    'too many retries',
    `${least}retries: 11\n`,
    'a.yaml:11:10: retries: 11 is too large; at most 10 is expected.',
  ],
  [
    'half a retry',
    `${least}retries: 0.5\n`,
    'a.yaml:11:10: retries: Expected how often, from 0 to 10, or a block with count and on; found “0.5”.',
  ],
  [
    'a word for a switch',
    withContainer('readOnlyRoot: sometimes'),
    'a.yaml:8:17: container.readOnlyRoot: Expected true or false, found “sometimes”.',
  ],
  [
    'a misspelt choice',
    `${least}after: kep\n`,
    'a.yaml:11:8: after: “kep” is not one of keep, remove. Did you mean “keep”?',
  ],
  [
    'an unknown choice',
    `${least}minimumSupport: gold\n`,
    /Expected one of stable, release-candidate, beta, unknown; found “gold”/,
  ],
  [
    'a relative device',
    withContainer('device: ttyACM0'),
    /container\.device: Expected an absolute path.* found “ttyACM0”/,
  ],
  [
    'two signs in one',
    withSign('exitCode: 0\n      log: Done'),
    'a.yaml:10:7: flash.success[0]: Exactly one of http, log, exitCode is expected here; there is more: log, exitCode.',
  ],
  [
    'a sign that is a word',
    withSign('done'),
    'a.yaml:10:7: flash.success[0]: Expected a block of “key: value” lines, found “done”.',
  ],
  [
    'no sign of success',
    replaced('\n    - exitCode: 0', ' []'),
    /flash\.success: The list is too short; at least 1 entry is expected/,
  ],
  [
    'an exit code beyond 255',
    withSign('exitCode: 300'),
    'a.yaml:10:17: flash.success[0].exitCode: 300 is too large; at most 255 is expected.',
  ],
  [
    'an exit code in words',
    withSign('exitCode: nonzero'),
    /exitCode: Expected a number from 0 to 255, or non-zero; found “nonzero”/,
  ],
  [
    'a bad pattern',
    withSign("log: '(Done'"),
    'a.yaml:10:12: flash.success[0].log: “(Done” is not a valid regular expression. Check brackets and backslashes; JavaScript’s rules with the u flag apply.',
  ],
  ['a Python group', withSign("log: '(?P<a>b)'"), /Named groups are written/],
  ['an endless pattern', withSign(`log: ${'a'.repeat(1001)}`), /at most 1000 characters/],
  [
    'a pattern that can take for ever',
    withSign("log: '^(\\w+ ?)+!'"),
    /success\[0\]\.log: “.*” can take for ever/,
  ],
  ['an empty pattern', withSign('log: ""'), /flash\.success\[0\]\.log: The text is empty/],
  [
    'an unknown group',
    withFlash("progress: [{ log: '(?<procent>\\d+)%' }]"),
    /The group “procent” means nothing here/,
  ],
  [
    'a progress that reads nothing',
    panel.replace('flash:', 'flash:\n  progress: [{ http: { path: /status } }]'),
    /Name at least one field/,
  ],
  [
    'a poll that is too quick',
    panel.replace('flash:', 'flash:\n  progress: [{ http: { path: /s, every: 1ms, step: a } }]'),
    /“1ms” is out of range/,
  ],
  [
    'a start that is none',
    withFlash('start: button'),
    'a.yaml:9:10: flash.start: Expected “launch”, or http with what to ask the panel; found “button”.',
  ],
  [
    'a start without a path',
    withFlash('start: { http: { method: POST } }'),
    /^a\.yaml:9:18: flash\.start\.http\.path: “path” is missing: a text/,
  ],
  [
    'a page of the panel',
    withFlash('ready: { path: status page }'),
    /flash\.ready\.path: Expected the path of a page/,
  ],
  [
    'a field with spaces',
    panel.replace('exitCode: 0', 'http: { path: /s, field: a b, equals: 1 }'),
    /field: Expected the name of a field/,
  ],
  [
    'a comparison with a list',
    panel.replace('exitCode: 0', 'http: { path: /s, field: a, equals: [1] }'),
    /equals: Expected the value to compare with.* found a list/,
  ],
  [
    'a panel without its port',
    withFlash('start: { http: { path: /flash } }'),
    /^a\.yaml:9:10: flash\.start: This asks the flasher’s panel/,
  ],
  [
    'a panel without a network',
    panel.replace('80 }', '80, network: none }'),
    /container\.network: A panel cannot be reached/,
  ],
  [
    'an exit code that is both',
    withFlash('failure: [{ exitCode: 0 }]'),
    /flash\.failure\[0\]\.exitCode: This exit code counts as success/,
  ],
  [
    'a test in a container that has ended',
    `${least}tests: [{ name: a, exec: [b] }]\n`,
    /^a\.yaml:11:9: tests\[0\]: This test would run/,
  ],
  [
    'a test in a container that another test has stopped',
    `${withSign('log: Done')}tests: [{ name: a, exec: [b], image: c }, { name: d, exec: [e] }]\n`,
    /^a\.yaml:11:43: tests\[1\]: This test would run .* is stopped before “a”/,
  ],
  [
    'a test in a container that is stopped to ask the unit who it is',
    `${withSign('log: Done')}identity: { read: { when: after, steps: [{ send: id, expect: '(?<serial>.+)' }] } }\ntests: [{ name: a, exec: [b] }]\n`,
    /tests\[0\]: This test would run .* before identity\.read takes the port/,
  ],
  [
    'a question after the flash about what was settled before it',
    `${least}identity: { read: { when: after, steps: [{ expect: '(?<model>.+)' }] }, operator: { pattern: '^W' } }\n`,
    /identity\.read\.when: Only a unit that says its serial number/,
  ],
  [
    'a test’s image that is a list',
    `${least}tests: [{ name: a, exec: [b], image: [c] }]\n`,
    /tests\[0\]\.image: Expected the image’s name, or its name with id/,
  ],
  [
    'a pin of a test’s image that is none',
    `${least}tests: [{ name: a, exec: [b], image: { name: c, id: latest } }]\n`,
    /tests\[0\]\.image\.id: Expected sha256: and 64/,
  ],
  [
    'two tests of one name',
    `${least}tests: [{ name: a, exec: [b], image: c }, { name: a, exec: [b], image: c }]\n`,
    /tests\[1\]\.name: Another test is called “a”/,
  ],
  [
    'a mount of a kind that is none',
    withMount('{ type: nfs, source: a, target: /a }'),
    /mounts\[0\]\.type: Expected one of bind, volume, tmpfs; found “nfs”/,
  ],
  [
    'a mount without a kind',
    withMount('{ source: workspace, target: /a }'),
    'a.yaml:8:12: container.mounts[0].type: “type” is missing: one of bind, volume, tmpfs.',
  ],
  [
    'a relative source',
    withMount('{ type: bind, source: images, target: /a }'),
    /source: Expected a source that starts with/,
  ],
  [
    'a source that leads upwards',
    withMount('{ type: bind, source: workspace/../.., target: /a }'),
    /A source may not lead upwards/,
  ],
  [
    'a volume that is a path',
    withMount('{ type: volume, source: /data, target: /a }'),
    /Expected the name of a volume/,
  ],
  [
    'two mounts on one target',
    withMount('{ type: tmpfs, target: /a }, { type: tmpfs, target: /a/ }'),
    /mounts\[1\]\.target: Another mount has this target/,
  ],
  [
    'a variable with a hyphen',
    withContainer('env: { a-b: c }'),
    'a.yaml:8:10: container.env.a-b: “a-b” is no name for an environment variable: letters, digits and “_” only, not starting with a digit.',
  ],
  [
    'a variable that is a list',
    withContainer('env: { a: [c] }'),
    /container\.env\.a: Expected a text, or \{secret: name\}/,
  ],
  [
    'privileged mode',
    withContainer('privileged: true'),
    /^a\.yaml:8:3: container\.privileged: Privileged mode is refused/,
  ],
  [
    'the host network',
    withContainer('network: host'),
    /^a\.yaml:8:12: container\.network: The host’s network is refused/,
  ],
  [
    'the host network of Compose',
    withContainer('network_mode: host'),
    /write network: isolated, outbound or none/,
  ],
  ['ports of Compose', withContainer('ports: ["80:80"]'), /write panelPort/],
  ['devices of Compose', withContainer('devices: [/dev/ttyACM0]'), /write in device where/],
  ['volumes of Compose', withContainer('volumes: [a]'), /is called mounts here/],
  ['environment of Compose', withContainer('environment: {}'), /is called env here/],
  ['cap_add of Compose', withContainer('cap_add: [CHOWN]'), /is called capabilities here/],
  ['the host’s processes', withContainer('pid: host'), /“pid” is refused/],
  ['a restart policy', withContainer('restart: always'), /“restart” is refused/],
  [
    'a capability that opens the host',
    withContainer('capabilities: [SYS_ADMIN]'),
    /“SYS_ADMIN” is not a capability that a recipe may keep\. Possible are: AUDIT_WRITE/,
  ],
  [
    'the engine’s socket',
    withMount('{ type: bind, source: /var/run/docker.sock, target: /a }'),
    /“\/var\/run\/docker\.sock” is refused as a source/,
  ],
  [
    'the container’s own /dev',
    withMount('{ type: tmpfs, target: /dev/shm }'),
    /Nothing can be mounted over “\/dev\/shm”/,
  ],
  [
    'a literal secret',
    withContainer('env: { magicNumber: 8974c408d831 }'),
    /^a\.yaml:8:23: container\.env\.magicNumber: “magicNumber” looks like a secret.* write magicNumber: \{secret: magicNumber\} here/,
  ],
];

describe('parseRecipe finds', () => {
  it.each(cases)('%s', (_what, text, expected) => {
    const said = sentences(text);
    expect(said).toHaveLength(1);
    if (typeof expected === 'string') expect(said[0]).toBe(expected);
    else expect(said[0]).toMatch(expected);
  });
});
