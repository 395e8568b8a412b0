import { describe, expect, it } from 'vitest';
import { DigitEntry } from './digit-entry.js';

const sixteen = (bay: number): boolean => bay >= 1 && bay <= 16;
const four = (bay: number): boolean => bay >= 1 && bay <= 4;

describe('choosing a bay by its number', () => {
  it('chooses at the first digit, and again when a second follows soon', () => {
    const entry = new DigitEntry();
    expect(entry.press('1', 1000, sixteen)).toBe(1);
    expect(entry.press('2', 1500, sixteen)).toBe(12);
  });

  it('begins anew after a pause', () => {
    const entry = new DigitEntry();
    expect(entry.press('1', 1000, sixteen)).toBe(1);
    expect(entry.press('2', 5000, sixteen)).toBe(2);
  });

  it('takes the last digit alone where the longer number has no bay', () => {
    const entry = new DigitEntry();
    expect(entry.press('1', 1000, four)).toBe(1);
    expect(entry.press('2', 1200, four)).toBe(2);
    expect(entry.press('9', 1300, four)).toBeUndefined();
  });
});
