import type { MediaKind } from '../../prompt/parts.ts';
import type { DescribingOptions } from '../describing.ts';

/** What a request is about: one medium, or several with --group. */
export type Subject = MediaKind | 'several';

/** What is asked where the person asks nothing: a description alone, since it goes into a file or a table. */
const DESCRIPTIONS: Readonly<Record<Subject, string>> = {
  image: 'Describe this image: what it shows and, where it matters, the text that can be read in it.',
  audio:
    'Describe this recording: what is to be heard, who speaks, and anything important that people say in it.',
  video:
    'Provide a description of this video. It should also contain anything important which people say in the video, and text that is shown.',
  document: 'Describe this document: what kind of document it is, what it is about, and its main points.',
  several:
    'Describe these files together: what each of them holds, and what they have to do with each other.',
};

/** For people who cannot see or hear it. 125 characters are what screen readers commonly read without a pause. */
const ALTERNATIVES: Readonly<Record<Subject, string>> = {
  image: 'Write the alternative text of this image for people who cannot see it',
  audio: 'Write a text alternative of this recording for people who cannot hear it',
  video: 'Write a text alternative of this video for people who cannot see or hear it',
  document: 'Write a text alternative of this document for people who cannot see it',
  several: 'Write one alternative text of these files for people who cannot see them',
};

const LENGTHS = {
  short: 'Use one sentence.',
  medium: 'Use one paragraph.',
  long: 'Be thorough, in several paragraphs.',
} as const;

/** The question about a medium, unless the person has one. */
export function defaultPrompt(
  subject: Subject,
  options: Pick<DescribingOptions, 'altText' | 'length' | 'language'>,
): string {
  const question = options.altText
    ? `${ALTERNATIVES[subject]}: what matters in it, ${options.length ? '' : 'in one sentence of at most 125 characters, '}without a beginning such as "image of".`
    : DESCRIPTIONS[subject];
  return [question, ...refinements(options), 'Answer with the text alone.'].join(' ');
}

/** What --length and --language add, to a question of the person's own too. */
export function refinements({ length, language }: Pick<DescribingOptions, 'length' | 'language'>): string[] {
  return [...(length ? [LENGTHS[length]] : []), ...(language ? [`Write in ${languageName(language)}.`] : [])];
}

/** "de" as "German"; what is no code of a language stays as it is. */
function languageName(language: string): string {
  if (!/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$/.test(language)) return language;
  try {
    return new Intl.DisplayNames(['en'], { type: 'language' }).of(language) ?? language;
  } catch {
    return language;
  }
}
