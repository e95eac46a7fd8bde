/**
 * A test for text from a script's word: a substring, or a regular expression written `/.../flags`.
 * @throws SyntaxError when the expression is wrong
 */
export function patternTest(pattern: string): (text: string) => boolean {
  const expression = /^\/(.+)\/([dimsuv]*)$/s.exec(pattern);
  if (expression === null) return (text) => text.includes(pattern);
  const compiled = new RegExp(expression[1] ?? '', expression[2]);
  return (text) => compiled.test(text);
}
