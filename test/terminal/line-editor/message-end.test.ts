import { expect, it } from 'vitest';
import { enter } from '../../../src/terminal/line-editor/message-end.ts';

it.each<[string, ReturnType<typeof enter>]>([
  ['', { message: '' }],
  ['What does """ do?', { message: 'What does """ do?' }],
  ['one\\', { continued: 'one\n' }],
  ['one\ntwo\\', { continued: 'one\ntwo\n' }],
  ['C:\\\\', { message: 'C:\\\\' }],
  ['"""', { continued: '"""\n' }],
  ['"""one', { continued: '"""one\n' }],
  ['"""one\ntwo"""', { message: 'one\ntwo' }],
  [' """\n  one\\\n\n"""\n', { message: '  one\\\n' }],
  ['"""\n"""', { message: '' }],
  ['"""\nf = """x"""', { continued: '"""\nf = """x"""\n' }],
  ['"""\nf = """x"""\n"""', { message: 'f = """x"""' }],
  // A file that happens to begin so is sent as it is.
  ['"""Doc."""\nx = """y"""', { message: '"""Doc."""\nx = """y"""' }],
  ['"""Doc."""\nx = """y', { continued: '"""Doc."""\nx = """y\n' }],
])('enters %j', (text, entered) => {
  expect(enter(text)).toEqual(entered);
});
