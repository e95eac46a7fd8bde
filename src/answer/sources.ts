import type { Candidate } from '../wire/generate-content.ts';

/** What an answer leans on: grounding, a recited work, a page that was read. */
export type Source = { title: string; uri: string; note: string };

/**
 * The sources of one candidate, each URI once, in the order of grounding, citations and URL context. A source without
 * a URI counts by its title.
 */
export function sourcesOf(candidate: Candidate): Source[] {
  const sources = new Map<string, Source>();
  const add = (title: string, uri: string, note = '') => {
    if (title === '' && uri === '') return;
    const known = sources.get(uri || title);
    if (!known) sources.set(uri || title, { title, uri, note });
    else Object.assign(known, { title: known.title || title, note: known.note || note });
  };

  for (const chunk of objects(candidate.groundingMetadata?.groundingChunks)) {
    // web, retrievedContext, maps, and whatever kind comes next.
    for (const { title, uri } of objects(Object.values(chunk))) add(oneLine(title), oneLine(uri));
  }
  const { citations, citationSources } = candidate.citationMetadata ?? {};
  for (const { title, uri, license } of [...objects(citations), ...objects(citationSources)]) {
    add(oneLine(title), oneLine(uri), license ? `license: ${oneLine(license)}` : '');
  }
  for (const { retrievedUrl, urlRetrievalStatus } of objects(candidate.urlContextMetadata?.urlMetadata)) {
    const status = oneLine(urlRetrievalStatus).replace('URL_RETRIEVAL_STATUS_', '').toLowerCase();
    if (oneLine(retrievedUrl)) add('', oneLine(retrievedUrl), status === 'success' ? '' : status);
  }
  return [...sources.values()];
}

/** `[1] Title: https://example.com (note)` */
export function sourceLine({ title, uri, note }: Source, number: number): string {
  const name = [title, uri].filter((text) => text !== '').join(': ');
  return `[${number}] ${name}${note && ` (${note})`}`;
}

function objects(value: unknown): Record<string, unknown>[] {
  const isObject = (item: unknown) => typeof item === 'object' && item !== null && !Array.isArray(item);
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** A footnote is one line, whatever the server sent. */
function oneLine(value: unknown): string {
  return typeof value === 'string' ? value.replace(/\s+/g, ' ').trim() : '';
}
