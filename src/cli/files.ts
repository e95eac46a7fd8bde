import { Option } from 'commander';
import type { Declare, Flags } from './declare.ts';
import { debugOption, formatOption, settingOptions } from './options.ts';

/** `gemini files`: uploaded files, before any prompt uses them. */
export const declare: Declare = (files, { openFor }) => {
  files.addHelpText('after', EXAMPLES);
  const add = (name: string, description: string, isDefault = false) => {
    const command = files
      .command(name, { isDefault })
      .description(description)
      .addOption(formatOption())
      .addOption(new Option('-q, --quiet', 'no notes or progress on stderr'))
      .addOption(debugOption());
    settingOptions(command);
    return command;
  };
  const upload = add('upload <file...>', 'upload files; prints what to name each by in a prompt (-a SOURCE)');
  upload.option('--mime <type>', 'what the files are, whatever their content says');
  upload.action(async (names: string[], flags: Flags) => {
    const { readFilesOptions, uploadFiles } = await import('../commands/files.ts');
    const options = readFilesOptions(flags);
    await uploadFiles(openFor(flags), names, options);
  });
  add('list', 'the files that were uploaded and have not expired', true).action(async (flags: Flags) => {
    const { listFiles, readFilesOptions } = await import('../commands/files.ts');
    await listFiles(openFor(flags), readFilesOptions(flags));
  });
  add('show <id>', 'what the service says of a file').action(async (id: string, flags: Flags) => {
    const { showFile } = await import('../commands/files.ts');
    await showFile(openFor(flags), id);
  });
  add('delete <id...>', 'delete uploaded files').action(async (ids: string[], flags: Flags) => {
    const { deleteFiles } = await import('../commands/files.ts');
    await deleteFiles(openFor(flags), ids);
  });
};

const EXAMPLES = `
Examples:
  gemini files upload talk.mp4                                  (prints files/ID)
  gemini ask -a files/ID "summarise"
  gemini files upload --upload-to gs://my-bucket/talks *.mp4
  gemini files list
`;
