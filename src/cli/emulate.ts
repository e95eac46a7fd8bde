import type { Declare } from './declare.ts';

/** `gemini emulate` */
export const declare: Declare = (command, { openFor }) => {
  command
    .option('--port <n>', 'port to listen on', '8080')
    .option('--script <file>', 'JSON file of replies and faults to play')
    .addHelpText('after', EXAMPLES)
    .action(async (flags: Record<string, unknown>) => {
      const { emulate, readEmulateOptions } = await import('../commands/emulate.ts');
      const options = readEmulateOptions(flags);
      await emulate(openFor({}), options);
    });
};

const EXAMPLES = `
Examples:
  gemini emulate --port 8080
  GEMINI_EMULATOR_HOST=127.0.0.1:8080 gemini ask "hello"
`;
