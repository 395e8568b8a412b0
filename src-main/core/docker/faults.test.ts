import { describe, expect, it } from 'vitest';
import { createMessages } from '../../../src-shared/messages/messages.js';
import { isUnreachable, readProblem, toFault, type FaultContext } from './faults.js';

const context: FaultContext = { endpoint: 'unix:///var/run/docker.sock', hasAnswered: false };

/** As dockerode throws what the engine answered. */
function answered(statusCode: number, message: string): unknown {
  return Object.assign(new Error(`(HTTP code ${statusCode}) unexpected - ${message} `), {
    statusCode,
    reason: 'unexpected',
    json: { message },
  });
}

function systemError(code: string, message: string): unknown {
  return Object.assign(new Error(message), { code, syscall: 'connect' });
}

function faultOf(thrown: unknown, more: Partial<FaultContext> = {}): { code: string; params?: unknown } {
  const { code, params } = toFault(readProblem(thrown), { ...context, ...more });
  return { code, ...(params === undefined ? {} : { params }) };
}

const id = '24e6927d6b1a2602713346eada330fd8007bbd94de8632095f02d273306e8881';
const driver = 'driver failed programming external connectivity on endpoint bay1 (8feffc77a9b2):';
const shim = 'failed to create shim task: OCI runtime create failed: runc create failed:';
const started = `${shim} unable to start container process:`;

describe('what the engine answers', () => {
  it.each<[number, string, string, Record<string, unknown>?]>([
    [404, 'No such image: nosuch:1', 'image-missing', { image: 'nosuch:1' }],
    [404, 'no such image: nosuch: No such image: nosuch:latest', 'image-missing', { image: 'nosuch:latest' }],
    [404, 'No such container: bay1', 'container-gone'],
    [409, `Container ${id} is not running`, 'container-not-running'],
    [409, `Cannot kill container: ${id}: Container ${id} is not running`, 'container-not-running'],
    [409, 'can not get logs from container which is dead or marked for removal', 'container-gone'],
    [
      500,
      `${driver} Bind for 127.0.0.1:1080 failed: port is already allocated`,
      'container-port-taken',
      { first: 1080, last: 1080 },
    ],
    [
      500,
      `${driver} Error starting userland proxy: listen tcp4 127.0.0.1:1081: bind: address already in use`,
      'container-port-taken',
      { first: 1081, last: 1081 },
    ],
    [
      500,
      'failed to set up container networking: driver failed programming external connectivity on endpoint x (y): failed to bind host port for 127.0.0.1:1082:172.18.0.2:80/tcp: address already in use',
      'container-port-taken',
      { first: 1082, last: 1082 },
    ],
    [
      500,
      'error gathering device information while adding custom device "/dev/ttyACM0": no such file or directory',
      'container-device-gone',
      { path: '/dev/ttyACM0' },
    ],
    [
      500,
      'error gathering device information while adding custom device "/tmp/file": not a device node',
      'container-device-refused',
      { path: '/tmp/file' },
    ],
    [
      400,
      'invalid mount config for type "bind": bind source path does not exist: /srv/workspace',
      'container-mount-missing',
      { path: '/srv/workspace' },
    ],
    [
      400,
      'invalid mount config for type "bind": bind source path does not exist: /dev/pts/7',
      'container-device-gone',
      { path: '/dev/pts/7' },
    ],
    [
      400,
      `${started} error during container init: error mounting "/etc/passwd" to rootfs at "/tmp": mount /etc/passwd:/tmp (via /proc/self/fd/6), flags: 0x5000: not a directory: unknown: Are you trying to mount a directory onto a file (or vice-versa)?`,
      'container-mount-missing',
      { path: '/etc/passwd' },
    ],
    [
      500,
      'write /var/lib/docker/overlay2/d4944573fe11-init/link: no space left on device',
      'container-no-space',
    ],
    [
      404,
      'could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network',
      'container-network-exhausted',
    ],
    [404, 'all predefined address pools have been fully subnetted', 'container-network-exhausted'],
    [
      400,
      `${started} exec: "python": executable file not found in $PATH: unknown`,
      'container-command-failed',
      { reason: 'python: executable file not found in $PATH' },
    ],
    [
      400,
      `${started} exec: "/flash": stat /flash: no such file or directory: unknown`,
      'container-command-failed',
      { reason: '/flash: stat /flash: no such file or directory' },
    ],
    [
      400,
      `${started} exec: "/etc/passwd": permission denied: unknown`,
      'container-command-failed',
      { reason: '/etc/passwd: permission denied' },
    ],
    [
      500,
      `${started} container init was OOM-killed (memory limit too low?): unknown`,
      'container-out-of-memory',
    ],
    [
      400,
      'Minimum memory limit allowed is 6MB',
      'engine-error',
      { reason: 'Minimum memory limit allowed is 6MB' },
    ],
    [
      500,
      `${started} error during container init: something new: unknown`,
      'engine-error',
      { reason: 'something new' },
    ],
  ])('with %i "%s" becomes %s', (status, message, code, params) => {
    const found = faultOf(answered(status, message));
    expect(found.code).toBe(code);
    if (params !== undefined) expect(found.params).toEqual(params);
  });

  it('names the image that was asked for, not the tag that the engine added', () => {
    const thrown = answered(404, 'no such image: flasher: No such image: flasher:latest');
    expect(faultOf(thrown, { image: 'flasher' }).params).toEqual({ image: 'flasher' });
  });

  it('never puts a raw answer or a stack before a person', () => {
    const { params, detail } = toFault(readProblem(answered(500, `bad\n    at stack (x.go:1)`)), context);
    expect(params).toEqual({ reason: 'bad' });
    expect(detail).toContain('x.go');
    expect(createMessages('en').what({ code: 'engine-error', params: { reason: 'bad' } })).not.toContain('{');
  });
});

describe('what the way to the engine reports', () => {
  it.each<[string, string, boolean, string]>([
    ['ENOENT', 'connect ENOENT /var/run/docker.sock', false, 'engine-absent'],
    ['ECONNREFUSED', 'connect ECONNREFUSED /var/run/docker.sock', false, 'engine-absent'],
    ['ENOTFOUND', 'getaddrinfo ENOTFOUND station', false, 'engine-absent'],
    ['EACCES', 'connect EACCES /var/run/docker.sock', false, 'engine-refused'],
    ['EACCES', 'connect EACCES /var/run/docker.sock', true, 'engine-refused'],
    ['ENOENT', 'connect ENOENT /var/run/docker.sock', true, 'engine-lost'],
    ['ECONNREFUSED', 'connect ECONNREFUSED /var/run/docker.sock', true, 'engine-lost'],
    ['ECONNRESET', 'socket hang up', true, 'engine-lost'],
    ['EPIPE', 'write EPIPE', true, 'engine-lost'],
  ])('%s (%s), answered before: %s, becomes %s', (code, message, hasAnswered, expected) => {
    const thrown = systemError(code, message);
    expect(isUnreachable(readProblem(thrown))).toBe(true);
    expect(faultOf(thrown, { hasAnswered }).code).toBe(expected);
  });

  it('is not confused with what the engine answers', () => {
    expect(isUnreachable(readProblem(answered(500, 'connect ECONNREFUSED registry')))).toBe(false);
  });
});
