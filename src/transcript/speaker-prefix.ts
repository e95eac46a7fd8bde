/**
 * `Ann: Hello` as speaker and text. A name is short, has no mark of a sentence in it and begins with a capital or in a
 * script without capitals, or says `speaker`; brackets and asterisks around it go. Text without a name stays as it is.
 */
export function splitSpeaker(text: string): { speaker?: string; text: string } {
  const [, bracketed, bare, rest = ''] = PREFIX.exec(text) ?? [];
  const name = (bracketed ?? bare ?? '').replace(/^[*_\s]+|[*_\s]+$/g, '');
  if (!isName(name)) return { text };
  return { speaker: name, text: rest.replace(/^\*+\s*/, '').trim() };
}

/** True for what can be somebody's name or label, such as `Ann`, `speaker A`, `SPEAKER_00` or `화자 1`. */
export function isName(text: string): boolean {
  return (
    text.length > 0 &&
    text.length <= 40 &&
    text.split(/\s+/).length <= 4 &&
    /^(?:\p{Lu}|\p{Lo}|\p{Lt}|speaker|spk)/u.test(text) &&
    !/[.!?,;:"“”<>[\]{}|\n]/.test(text.replace(/\b(?:Dr|Mr|Mrs|Ms|Prof|St)\./g, ''))
  );
}

const PREFIX =
  /^(?:\*{0,2}\[([^\]\n]{1,40})\]\*{0,2}\s*[:：]?|([^:：\n]{1,44}?)\s*[:：]\*{0,2})\s+(\S[^\n]*)$/u;
