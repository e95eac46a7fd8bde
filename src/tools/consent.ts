import { UsageError } from '../errors.ts';
import { displayCommand, type ToolBinding } from './tool-bindings.ts';

export type ConsentOptions = {
  /** Whether somebody can be asked. */
  readonly interactive: boolean;
  /** `--yes`: everything named on the command line may run. */
  readonly yes: boolean;
  /** Shows a question and resolves to the answer. */
  ask(question: string): Promise<boolean>;
};

/** @returns false when the person refused @throws UsageError when nobody can be asked */
export type Consent = (binding: ToolBinding) => Promise<boolean>;

/** What the model is told of a call that the person refused. */
export const REFUSED = { error: 'the user refused to run this command' } as const;

/**
 * Whether a command may run. Each is asked about once, however many calls wait for the answer; one question at a time.
 * @returns a function that resolves to false when the person refused, and throws UsageError when nobody can be asked
 */
export function createConsent(options: ConsentOptions): Consent {
  const answers = new Map<string, Promise<boolean>>();
  let asked: Promise<unknown> = Promise.resolve();
  return async ({ name, argv }) => {
    if (options.yes) return true;
    const command = displayCommand(argv);
    if (!options.interactive) {
      throw new UsageError(`the model calls ${name}, but nobody can be asked whether ${command} may run`, {
        hint: 'add --yes to run the commands of --tool without asking, or answer with --tool-response',
      });
    }
    const key = JSON.stringify(argv);
    const known = answers.get(key);
    if (known !== undefined) return known;
    const answer = asked.then(() => options.ask(`The model calls ${name}. Run ${command}?`));
    answers.set(key, answer);
    // A question that failed fails the calls it was for, not the next question.
    asked = answer.catch(() => answers.delete(key));
    return answer;
  };
}
