import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseArguments } from './arguments.js';

describe('the words that the window is started with', () => {
  it('name a home, either way, among words that are not ours', () => {
    const words = ['--no-sandbox', '/app', '--home', '/srv/station', '--ozone-platform=x11'];
    expect(parseArguments(words, {})).toEqual({ home: '/srv/station', kiosk: false });
    expect(parseArguments(['--home=/srv/other', '--kiosk'], { SLIPWAY_HOME: '/srv/x' })).toEqual({
      home: '/srv/other',
      kiosk: true,
    });
    expect(parseArguments(['--home', 'here'], {}).home).toBe(resolve('here'));
  });

  it('leave the home to the environment, and that to the user’s own', () => {
    expect(parseArguments([], { SLIPWAY_HOME: '/srv/x' }).home).toBe('/srv/x');
    expect(parseArguments(['--home'], { SLIPWAY_HOME: '' }).home).toBe(join(homedir(), '.slipway'));
  });
});
