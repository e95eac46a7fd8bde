/*
 * The answers of S3 that are read here are flat and without attributes that matter, so that no XML parser is loaded:
 * elements by name, character references replaced.
 */

/** The contents of all elements of that name, in order. */
export function xmlElements(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<${name}(?:\\s[^>]*)?>([\\s\\S]*?)</${name}>`, 'g'))].map(
    ([, content = '']) => content,
  );
}

/** The text of the first element of that name; undefined when there is none. */
export function xmlText(xml: string, name: string): string | undefined {
  const content = xmlElements(xml, name)[0];
  return content?.replace(/&(?:#(\d+)|#x([\da-f]+)|(amp|lt|gt|quot|apos));/gi, (_, decimal, hex, entity) => {
    if (entity !== undefined) return ENTITIES[String(entity).toLowerCase()] ?? '';
    const code = Number.parseInt(decimal ?? hex, decimal === undefined ? 16 : 10);
    return code <= 0x10ffff ? String.fromCodePoint(code) : '';
  });
}

/** A text as the content of an element. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** S3's error document in the form of Google's, which the rest of the program reads. */
export function s3ErrorBody(body: string): string {
  const code = xmlText(body, 'Code');
  if (code === undefined) return body;
  return JSON.stringify({ error: { status: code, message: xmlText(body, 'Message') ?? code } });
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
