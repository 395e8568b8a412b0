import { describe, expect, it } from 'vitest';
import { isRefusedMountSource, isRefusedMountTarget, looksSecret } from './refusals.js';

describe('a source to mount', () => {
  it.each([
    '/',
    '//',
    '/./',
    '/proc',
    '/proc/1',
    '/sys/class',
    '/dev',
    '/dev/',
    '/dev/mem',
    '/var',
    '/run',
    '/var/run',
    '/run/docker.sock',
    '/var/run/docker.sock',
    '/srv/docker.sock',
    '/home/me/.docker/docker-raw.sock',
    '/var/lib/docker/volumes',
    '/var/lib',
    '/etc',
    '/srv/../proc',
    '/srv//../dev',
  ])('is refused where it gives power over the station: %s', (path) => {
    expect(isRefusedMountSource(path)).toBe(true);
  });

  it.each([
    '/srv',
    '/workspace',
    '/home/me/widgets',
    '/devices',
    '/var/lib/slipway',
    '/etc/ssl/certs',
    '/procedures',
    '/run/user/1000',
  ])('is fine elsewhere: %s', (path) => {
    expect(isRefusedMountSource(path)).toBe(false);
  });
});

it('is refused to mount over what makes the container a container', () => {
  expect(['/', '/proc', '/dev/shm', '/sys/', '//'].every(isRefusedMountTarget)).toBe(true);
  expect(['/workspace', '/data/dev', '/developer'].some(isRefusedMountTarget)).toBe(false);
});

it('knows a secret by the name of its variable', () => {
  expect(
    ['magicNumber', 'MAGIC_NUMBER', 'DB_PASSWORD', 'apiKey', 'LICENCE', 'license_server', 'authToken'].every(
      looksSecret,
    ),
  ).toBe(true);
  expect(['DEBUG', 'BAUD', 'REDIS_HOST', 'MAGIC'].some(looksSecret)).toBe(false);
});
