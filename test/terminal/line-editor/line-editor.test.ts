import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cleanEnvironment } from '../../helpers/run-gemini.ts';
import { type Counting, CURSOR, openScreen, type Screen, type ScreenOptions } from '../../helpers/screen.ts';
import { bundleChild } from '../children/bundle.ts';

const FAMILY = '👨‍👩‍👧‍👦';
const BASH = '/bin/bash';
const UP = '\x1b[A';
const DOWN = '\x1b[B';
const RIGHT = '\x1b[C';
const LEFT = '\x1b[D';
const BACKSPACE = '\x7f';
const UNDO = '\x1f';
const NEW_LINE = '\x1b\r';
const ctrl = (letter: string) => String.fromCharCode(letter.charCodeAt(0) - 0x40);

describe('the line editor on a terminal', () => {
  let child: Awaited<ReturnType<typeof bundleChild>>;
  beforeAll(async () => {
    child = await bundleChild('edit-lines');
  });
  afterAll(() => child.remove());

  type Child = { history?: string[]; initial?: string; prompt?: string };
  async function start(options: Child = {}, screen: Partial<ScreenOptions> = {}): Promise<Screen> {
    const argv = [process.execPath, child.script, JSON.stringify(options)];
    const started = openScreen(argv, { env: cleanEnvironment(), ...screen });
    await started.until(CURSOR);
    await started.until(/> /);
    return started;
  }
  /** Presses keys and waits for what must then be on the screen. */
  async function press(screen: Screen, keys: string, expected: string | RegExp): Promise<void> {
    screen.press(keys);
    await screen.until(expected);
  }
  async function leave(screen: Screen): Promise<void> {
    // Between reads Ctrl-C would be a signal.
    await screen.until(/^[>…] .*▮/m);
    await press(screen, `${ctrl('C')}${ctrl('D')}`, '{"kind":"end"} cooked');
    expect(await screen.exitCode).toBe(0);
    expect([screen.pasteMode, screen.cursorShown]).toEqual([false, true]);
  }

  it('edits a line: cursor, words, cut and put back, undo; Ctrl-C clears it, Ctrl-D ends', async () => {
    const screen = await start();
    expect(screen.pasteMode).toBe(true);
    await press(screen, 'hello brave world', `> hello brave world${CURSOR}`);
    await press(screen, `${LEFT}${LEFT}${BACKSPACE}R`, `> hello brave woR${CURSOR}ld`);
    await press(screen, '\x1bb\x1bb', `> hello ${CURSOR}brave woRld`);
    await press(screen, `${ctrl('E')}${ctrl('W')}`, `> hello brave ${CURSOR}`);
    await press(screen, `${ctrl('A')}${ctrl('Y')}`, `> woRld${CURSOR}hello brave`);
    await press(screen, ` ${ctrl('K')}`, /^> woRld ▮$/);
    await press(screen, UNDO + UNDO, `> woRld${CURSOR}hello brave`);
    await press(screen, `${ctrl('D')}${ctrl('U')}`, `> ${CURSOR}ello brave`);
    await press(screen, ctrl('C'), '> ello brave ^C\n{"kind":"interrupted","empty":false} cooked\n> ▮');
    await press(screen, ctrl('C'), '> ^C\n{"kind":"interrupted","empty":true} cooked\n> ▮');
    // In one piece: what follows an Enter is not lost, and is the next message.
    await press(screen, 'one\rtwo\rthr', /one[\s\S]*"text":"one"[\s\S]*"text":"two"[\s\S]*\n> thr▮/);
    await press(screen, 'ow\r', 'Error: thrown cooked');
    expect(await screen.exitCode).toBe(0);
    expect(screen.pasteMode).toBe(false);
  });

  it.each<Counting>(['graphemes', 'code points', 'old'])(
    'moves over, erases and wraps wide characters as a whole where a terminal counts %s',
    async (counting) => {
      const screen = await start({}, { counting, columns: 24 });
      await press(screen, `a${FAMILY}b`, `> a${FAMILY}b${CURSOR}`);
      await press(screen, `${LEFT}${LEFT}x`, `> ax${CURSOR}${FAMILY}b`);
      await press(screen, `${RIGHT}y`, `> ax${FAMILY}y${CURSOR}b`);
      await press(screen, `${LEFT}${BACKSPACE}`, `> ax${CURSOR}yb`);
      await press(screen, `${ctrl('U')}${ctrl('K')}`, /^> ▮$/);
      // A flag, a letter and its accent, a syllable of three letters, an ideograph, a thumb with its skin.
      const each = ['🇩🇪', 'e\u0301', '\u1112\u1161\u11ab', '漢', '👍🏽'];
      await press(screen, `${each.join('')}z${LEFT}`, new RegExp(`> .+${CURSOR}z$`));
      for (let left = each.length - 1; left > 0; left -= 1) {
        await press(screen, BACKSPACE, `> ${each.slice(0, left).join('')}${CURSOR}z`);
      }
      await press(screen, BACKSPACE, `> ${CURSOR}z`);
      // Twelve ideographs do not fit in a row, and the cursor can be anywhere in them.
      await press(screen, `${ctrl('K')}${'漢'.repeat(12)}`, `> ${'漢'.repeat(10)}\n漢漢${CURSOR}`);
      await press(screen, `${LEFT.repeat(3)}字`, `> ${'漢'.repeat(9)}字${CURSOR}\n漢漢漢`);
      await leave(screen);
    },
  );

  it('recalls the history, also messages of many lines, and what was being written', async () => {
    const screen = await start({ history: ['tell me', 'first\nsecond', 'show it'], initial: 't' });
    // As far as it is typed, it must fit.
    await press(screen, UP, `> tell me${CURSOR}`);
    await press(screen, DOWN, `> t${CURSOR}`);
    await press(screen, `${BACKSPACE}${UP}${UP}`, `> first\n… second${CURSOR}`);
    await press(screen, `${UP}${LEFT}X`, `> firsX${CURSOR}t\n… second`);
    await press(screen, `${DOWN}${BACKSPACE}`, `> firsXt\n… seco${CURSOR}d`);
    await press(screen, '\r', '{"kind":"message","text":"firsXt\\nsecod"} cooked');
    await press(screen, UP, `> firsXt\n… secod${CURSOR}`);
    await leave(screen);
  });

  it('completes a word, and lists the candidates under the line while there are several', async () => {
    const screen = await start();
    await press(screen, '/a\t', `> /attach${CURSOR}`);
    await press(screen, '\t', `> /attach${CURSOR}\nattach       attachments`);
    await press(screen, 'm', /^> \/attachm▮$/);
    await press(screen, `\t ph\t`, `> /attachments photos/${CURSOR}`);
    // A file's name cannot drive the terminal.
    await press(screen, '\t', `photos/${CURSOR}\ncat.jpg       ␛[31mred.png\ncoffee.jpg`);
    await press(screen, 'co\t nothing\t!', `> /attachments photos/coffee.jpg nothin\ng!${CURSOR}`);
    // What is pressed while candidates are looked for comes after them.
    await press(screen, `${ctrl('U')}/e\t\rnext`, /"text":"\/exit"[\s\S]*\n> next▮/);
    await leave(screen);
  });

  it('takes many lines: a paste, a block in quotes, a backslash, Alt-Enter', async () => {
    const screen = await start({}, { rows: 30 });
    screen.paste('one\n\ttwo \x07\x1b[31mred\x1b[2J\x1b]0;title\x07\n');
    await screen.until(`> one\n…     two ␇␛[31mred␛[2J␛]0;title␇${CURSOR}`);
    await press(screen, 'x\r', '{"kind":"message","text":"one\\n\\ttwo \\u0007\\u001b[31mred');
    await press(screen, 'first\\\r', `> first\n… ${CURSOR}`);
    await press(screen, `second${NEW_LINE}third\r`, '"text":"first\\nsecond\\nthird"}');
    await press(
      screen,
      '"""\rdef f():\r\r  """Doc."""\r',
      `> """\n… def f():\n…\n…   """Doc."""\n… ${CURSOR}`,
    );
    await press(screen, '"""\r', '"text":"def f():\\n\\n  \\"\\"\\"Doc.\\"\\"\\""}');
    await leave(screen);
  });

  it('draws anew when the window changes, and leaves what stands above', async () => {
    const screen = await start({ prompt: 'two files\n\x1b[32m>\x1b[39m ' }, { columns: 40, rows: 8 });
    await press(screen, 'above\r', '"text":"above"');
    const words = 'aaaa bbbb cccc dddd eeee ffff gggg';
    await press(screen, words, `two files\n> ${words}${CURSOR}`);
    screen.resize(20);
    await screen.until(`two files\n> aaaa bbbb cccc dd\ndd eeee ffff gggg${CURSOR}`);
    await press(screen, LEFT.repeat(20), `> aaaa bbbb cccc${CURSOR} dd\ndd`);
    screen.resize(60);
    await screen.until(`two files\n> aaaa bbbb cccc${CURSOR} dddd eeee ffff gggg`);
    expect(
      screen
        .everything()
        .join('')
        .match(/two files/g),
    ).toHaveLength(2);
    expect(screen.everything().join('')).toContain('{"kind":"message","text":"above"} cooked');
    // More than the screen holds.
    screen.paste(Array.from({ length: 30 }, (_, index) => `line ${index}`).join('\n'));
    await screen.until(/… line 2\d\n… line 29▮/);
    await press(screen, ctrl('C'), '{"kind":"interrupted","empty":false}');
    expect(screen.everything().filter((line) => /^… line \d+|cccline 0/.test(line))).toHaveLength(30);
    await leave(screen);
  });

  it.skipIf(!existsSync(BASH))(
    'stops and goes on under a shell with job control; skipped without bash',
    async () => {
      const screen = openScreen([BASH, '--norc', '--noprofile', '-i'], {
        env: { ...cleanEnvironment(), PS1: '$ ' },
        rows: 20,
      });
      await screen.until('$ ▮');
      await press(screen, `${process.execPath} ${child.script}\r`, '\n> ▮');
      await press(screen, `a${NEW_LINE}draft${LEFT}`, '> a\n… draf▮t');
      await press(screen, ctrl('Z'), /> a\n… draft\n[\s\S]*Stopped[\s\S]*\$ ▮/);
      await press(screen, 'fg\r', /fg\n.+\n> a\n… draf▮t/);
      await press(screen, '!\r', '"text":"a\\ndraf!t"');
      await press(screen, `again`, '> again▮');
      await press(screen, `${ctrl('U')}${ctrl('D')}`, /"end"\} cooked\n\$ ▮/);
      await press(screen, 'stty -a | grep -wo -e -icanon -e icanon\r', /\nicanon\n/);
      screen.press('exit\r');
      await screen.exitCode;
    },
  );

  it('keeps what is typed during an answer off the screen and for the next read, and gives way to a question', async () => {
    const screen = await start({}, { rows: 30 });
    await press(screen, 'work\r', 'working\n▮');
    const all = `one\r\x1b[200~two\rlines\x1b[201~${ctrl('\\')}`;
    await press(screen, all, /working\nworked until SIGQUIT\n> one\n.*\n.*"one".*\n> two\n… lines▮/);
    expect(screen.pasteMode).toBe(true);
    await press(screen, `${ctrl('C')}work\r`, /lines\^C[\s\S]*working\n▮/);
    await press(screen, `dropped\r${ctrl('C')}`, /working\nworked until SIGINT\n> ▮/);
    await press(screen, 'ask\r', 'sure? ▮');
    expect(screen.pasteMode).toBe(false);
    await press(screen, 'y\r', 'sure? y\nanswered y\nworking\n▮');
    await press(screen, `last${ctrl('\\')}`, 'answered y\nworking\nworked until SIGQUIT\n> last▮');
    await leave(screen);
  });

  it('gives the terminal back when it is told to stop in mid-line', async () => {
    const screen = await start({ initial: 'half' });
    process.kill(screen.pid, 'SIGTERM');
    await screen.until('> half\nError: stopped cooked');
    expect(await screen.exitCode).toBe(0);
    expect([screen.pasteMode, screen.cursorShown]).toEqual([false, true]);
  });
});
