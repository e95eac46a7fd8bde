import { expect, it } from 'vitest';
import { COMMANDS } from '../../src/cli/commands.ts';
import { manualPage } from '../../src/cli/manual-page.ts';
import { TOPICS } from '../../src/cli/topics.ts';
import { declareProgram } from '../../src/cli.ts';
import { VARIABLES } from '../../src/config/variables.ts';

const openFor = () => {
  throw new Error('a manual page runs no command');
};

it('has every command, option and topic, and nothing that troff would take for something else', async () => {
  const program = await declareProgram({ rest: [], env: {}, openFor }, () => true);
  const page = await manualPage(program);
  for (const name of Object.keys(COMMANDS))
    expect(page).toMatch(new RegExp(`^\\.SS "gemini ${name}\\b`, 'm'));
  const options = program.commands
    .flatMap((command) => [command, ...command.commands])
    .flatMap((each) => each.options);
  expect(options.length).toBeGreaterThan(100);
  for (const option of options.filter(({ hidden, long }) => !hidden && long !== '--current')) {
    expect(page).toContain((option.long ?? '').replaceAll('-', '\\-'));
  }
  for (const name of Object.keys(TOPICS))
    expect(page).toContain(`.SH ${name.toUpperCase().replaceAll('-', '\\-')}`);
  for (const { name } of VARIABLES) expect(page).toContain(name);
  const requests = /^\.(TH|SH|SS|PP|TP|B|BR|nf|fi)( |$)/;
  const strange = page.split('\n').filter((line) => /^[.']/.test(line) && !requests.test(line));
  expect(strange).toEqual([]);
  expect(page).not.toMatch(/[^\x20-\x7e\n]/);
});
