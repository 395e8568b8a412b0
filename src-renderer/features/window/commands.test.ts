import { describe, expect, it } from 'vitest';
import { Commands } from './commands.js';

describe('who answers a command', () => {
  it('is the part of the screen that came last, then the one before it, and the window when there is none', () => {
    const commands = new Commands();
    const answers: string[] = [];
    const leaveFirst = commands.answer('search-log', () => answers.push('first'));
    // The window may come later than its parts: it still comes last.
    commands.answerOtherwise('search-log', () => answers.push('window'));
    const leaveSecond = commands.answer('search-log', () => answers.push('second'));

    commands.run('search-log');
    leaveSecond();
    commands.run('search-log');
    leaveFirst();
    commands.run('search-log');
    expect(answers).toEqual(['second', 'first', 'window']);
  });

  it('may be nobody', () => {
    expect(new Commands().run('copy-log')).toBe(false);
  });
});
