import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { InterruptedError } from '../../../src/errors.ts';
import { openPlainEditor } from '../../../src/terminal/line-editor/plain-editor.ts';
import { memoryOutput } from '../memory-output.ts';

it('reads messages by the line where nothing can be drawn, with no sequence, and leaves stdin to others between', async () => {
  const stdin = new PassThrough();
  const stdout = memoryOutput();
  const stop = new AbortController();
  const said: string[] = [];
  const editor = openPlainEditor({
    stdin,
    stdout,
    signal: stop.signal,
    onMessage: (text) => said.push(text),
  });
  stdin.write('one\ntwo \\\n');
  expect(await editor.read('> ')).toEqual({ kind: 'message', text: 'one' });
  const second = editor.read('> ');
  stdin.write('more\n');
  expect(await second).toEqual({ kind: 'message', text: 'two \nmore' });
  // What an answer to a question would be read by.
  const asked = editor.quietly(() => new Promise((resolve) => stdin.once('data', resolve)));
  stdin.resume();
  stdin.write('y\n');
  expect(String(await asked)).toBe('y\n');
  const third = editor.read('> ');
  stop.abort(new InterruptedError('SIGINT'));
  await expect(third).rejects.toBe(stop.signal.reason);
  expect(said).toEqual(['one', 'two \nmore']);
  expect(stdout.text()).toBe('> > … > ');
});

it('ends with its input', async () => {
  const stdin = new PassThrough();
  const stdout = memoryOutput();
  const { signal } = new AbortController();
  const editor = openPlainEditor({ stdin, stdout, signal, onMessage: () => {} });
  stdin.end('last');
  expect(await editor.read('> ')).toEqual({ kind: 'message', text: 'last' });
  expect(await editor.read('> ')).toEqual({ kind: 'end' });
});
