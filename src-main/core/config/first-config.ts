import { hostname } from 'node:os';
import type { Messages } from '../../../src-shared/messages/messages.js';
import { editYaml } from '../yaml/edit.js';

/**
 * The `station.yaml` that a new home gets: the settings that people look for first, each with a comment.
 * What stands behind `#` is a setting with its default or an example.
 */
export function firstStationYaml(messages: Messages): string {
  const text = (key: string): string => messages.lookUp(`recipes.station.${key}`) ?? '';
  const settings: [key: string, lines: string[]][] = [
    ['name', ['name: slipway']],
    ['autoFlash', ['autoFlash: false']],
    ['workspace', ['# workspace: ~/widgetOS']],
    ['operator', ['# operator: Ana']],
    ['locale', [`# locale: ${messages.locale}`]],
    ['theme', ['# theme: dark']],
    ['ports', ['ports:', '  base: 1080']],
    ['virtualPorts', ['virtualPorts: []', '# virtualPorts: [/run/widgets/*]']],
    ['docker', ['# docker: unix:///var/run/docker.sock']],
    ['settle', ['# settle: 500ms']],
    ['retention', ['# retention: { containers: { age: 7d, count: 20 }, logs: { age: never, size: 4GiB } }']],
    [
      'bays',
      ['# bays:', `#   "usb:1-2:1.0": { number: 1, label: ${text('bayLabel')}, enabled: true }`, 'bays: {}'],
    ],
  ];
  const blocks = settings.map(([key, lines]) => [`# ${text(key)}`, ...lines].join('\n'));
  return editYaml(
    [`# ${text('head')}`, ...blocks, ''].join('\n\n').trimEnd() + '\n',
    ['name'],
    nameOfThisMachine(),
  );
}

function nameOfThisMachine(): string {
  return hostname().slice(0, 80) || 'slipway';
}
