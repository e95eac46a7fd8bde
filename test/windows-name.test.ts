import { describe, expect, it } from 'vitest';
import { isDeviceName, windowsPathFault } from '../src/windows-name.ts';

describe('names that Windows keeps for itself', () => {
  it.each(['CON', 'nul', 'Aux.txt', 'com1', 'LPT9.tar.gz', 'COM¹', 'nul .txt'])('%s is a device', (name) => {
    expect(isDeviceName(name)).toBe(true);
  });

  it.each(['console', 'null', 'com', 'com10', 'lpt', 'a.con', 'communication'])('%s is none', (name) => {
    expect(isDeviceName(name)).toBe(false);
  });

  it.each([
    'C:\\answers\\a.txt',
    'C:a.txt',
    '\\\\?\\C:\\long\\a.txt',
    '\\\\server\\share\\a.txt',
    '..\\a.txt',
    './a b.txt',
    'answer',
  ])('%s can be written', (path) => {
    expect(windowsPathFault(path)).toBeUndefined();
  });

  it.each([
    ['a.txt:hidden', /stream/],
    ['C:\\a.txt:hidden:$DATA', /stream/],
    ['answers\\NUL', /device/],
    ['aux.txt/b', /device/],
    ['a.txt.', /drops/],
    ['answers \\a.txt', /drops/],
  ])('%s cannot', (path, why) => {
    expect(windowsPathFault(path)).toMatch(why);
  });
});
