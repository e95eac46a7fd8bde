import { InputError } from '../errors.ts';
import { displayName } from './display-name.ts';

/** A file in a folder that the model cannot read, or that is of another kind than was asked for. */
export type PassedOver = { readonly passedOver: string; readonly folder: string };

const NAMED_IN_NOTE = 5;

/**
 * One line for each folder of which files are not sent.
 * @param all the sources that were looked at, those in folders with the `folder` they are in
 * @returns an error for each folder of which none is
 */
export function notePassedOver(
  passedOver: readonly PassedOver[],
  all: readonly object[],
  onNote: ((line: string) => void) | undefined,
): InputError[] {
  const problems: InputError[] = [];
  for (const folder of new Set(passedOver.map((each) => each.folder))) {
    const names = passedOver.filter((each) => each.folder === folder).map((each) => each.passedOver);
    const files = all.filter((part) => 'folder' in part && part.folder === folder).length;
    const shown = names.slice(0, NAMED_IN_NOTE).map(displayName).join(', ');
    const more = names.length > NAMED_IN_NOTE ? ` and ${names.length - NAMED_IN_NOTE} more` : '';
    if (names.length < files) onNote?.(`note: not of a kind that can be sent, left out: ${shown}${more}`);
    else {
      problems.push(
        new InputError(`${displayName(folder)} holds no file of a kind that can be sent`, {
          hint: `a file's own name tells what is wrong with it: -a ${displayName(names[0] ?? '')}`,
        }),
      );
    }
  }
  return problems;
}
