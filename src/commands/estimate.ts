import type { Context } from '../context.ts';
import type { Delivery } from '../media/delivery.ts';
import { inspectMedia } from '../media/inspect.ts';
import { checkMedia, limitsOf, type MediaTarget } from '../media/limits.ts';
import type { Medium } from '../media/medium.ts';
import { mediumOf } from '../media/part-medium.ts';
import type { ProbedFacts } from '../media/probe.ts';
import { contextTokens } from '../models/media-limits.ts';
import { costOf, priceOf } from '../models/prices.ts';
import { tokenFamilyOf } from '../models/token-families.ts';
import { estimateTokens, type TokenEstimate } from '../models/token-rules.ts';
import { renderSourceOptions } from '../prompt/source-options.ts';
import type { GenerateContentRequest, Part } from '../wire/generate-content.ts';
import { ownPrices } from './own-prices.ts';

/** A piece of a request, before it is sent. */
export type PromptItem =
  | { readonly kind: 'system' | 'tools' | 'text' | 'data'; readonly text: string }
  | { readonly medium: Medium };

export type EstimatedPart = TokenEstimate & {
  readonly kind: Exclude<PromptItem, { medium: Medium }>['kind'] | Medium['kind'];
  /** A name, an address, or the text itself. */
  readonly source: string;
  /** What stands after "#" for it, such as `t=0,10`. */
  readonly options?: string;
  readonly mimeType?: string;
  readonly bytes?: number;
  readonly facts: ProbedFacts;
  readonly delivery?: Delivery;
  readonly limits: readonly string[];
};

/** What will happen when a prompt is sent, found out without sending it. */
export type PromptEstimate = MediaTarget & {
  readonly parts: readonly EstimatedPart[];
  /** Bytes of the text and of the media that are here. */
  readonly bytes: number;
  /** Of all parts whose tokens are known. */
  readonly tokens: number;
  /** How many parts' tokens are not known. */
  readonly unknown: number;
  readonly contextTokens: number | undefined;
  /** Of the prompt alone. */
  readonly price: { readonly input: number; readonly currency: 'USD'; readonly source: string } | undefined;
  readonly errors: readonly string[];
  readonly warnings: readonly string[];
};

/** The pieces of a request in the order the model reads them. */
export function itemsOf({ systemInstruction, tools, contents }: GenerateContentRequest): PromptItem[] {
  const system = (systemInstruction?.parts ?? []).flatMap(({ text }) =>
    text === undefined ? [] : [{ kind: 'system' as const, text }],
  );
  const declarations = (tools ?? []).flatMap(({ functionDeclarations }) => functionDeclarations ?? []);
  return [
    ...system,
    ...(declarations.length > 0 ? [{ kind: 'tools' as const, text: JSON.stringify(declarations) }] : []),
    ...contents
      .flatMap(({ parts }) => parts)
      .map((part, index) => {
        const medium = mediumOf(part, `part ${index + 1}`);
        return medium ? { medium } : textItem(part);
      }),
  ];
}

function textItem(part: Part): PromptItem {
  if (part.text !== undefined) return { kind: 'text', text: part.text };
  const { functionCall, functionResponse, executableCode, codeExecutionResult, audioTranscription } = part;
  const data =
    functionCall ?? functionResponse ?? executableCode ?? codeExecutionResult ?? audioTranscription ?? {};
  return { kind: 'data', text: JSON.stringify(data) };
}

export type EstimateOptions = MediaTarget & {
  /** Hold the media against the documented limits. */
  readonly limits: boolean;
  /** How each medium travels, in their order; left out where that is not asked. */
  readonly deliveries?: readonly Delivery[];
  /** `generationConfig.mediaResolution` of the request. */
  readonly mediaResolution: string | undefined;
};

/**
 * Looks into all media and counts by the documented rules; nothing is sent.
 * @throws InputError that names every medium that is broken or encrypted
 */
export async function estimatePrompt(
  { signal, env, now }: Pick<Context, 'signal' | 'env' | 'now'>,
  items: readonly PromptItem[],
  options: EstimateOptions,
): Promise<PromptEstimate> {
  const { backend, model, limits, mediaResolution, deliveries } = options;
  const media = items.flatMap((item) => ('medium' in item ? [item.medium] : []));
  const inspected = await inspectMedia(media, { signal });
  const travelling = inspected.map((each, index) => {
    const delivery = deliveries?.[index];
    return delivery === undefined ? each : { ...each, delivery };
  });
  const found = new Map<Medium, { facts: ProbedFacts; delivery?: Delivery }>(
    travelling.map((each) => [each.medium, each]),
  );
  const family = tokenFamilyOf(model, backend);
  const limitWords = new Map<string, string[]>();
  const parts = items.map((item): EstimatedPart => {
    if (!('medium' in item)) {
      const bytes = Buffer.byteLength(item.text);
      const facts = { characters: item.text.length };
      return {
        ...estimateTokens(item, family),
        kind: item.kind,
        source: item.text,
        bytes,
        facts,
        limits: [],
      };
    }
    const { medium } = item;
    const { kind, name, mimeType, content } = medium;
    const chosen = renderSourceOptions(medium.options);
    const { facts, delivery } = found.get(medium) ?? { facts: {} };
    const key = `${kind} ${mimeType} ${'uri' in content} ${delivery}`;
    const words =
      limitWords.get(key) ?? (limits ? limitsOf({ medium, ...(delivery && { delivery }) }, options) : []);
    limitWords.set(key, words);
    return {
      ...estimateTokens({ ...medium, facts }, family, mediaResolution),
      kind,
      source: name,
      ...(chosen === '' ? {} : { options: chosen }),
      ...(mimeType === undefined ? {} : { mimeType }),
      ...('bytes' in content ? { bytes: content.bytes.byteLength } : {}),
      facts,
      ...(delivery === undefined ? {} : { delivery }),
      limits: words,
    };
  });
  const { errors, warnings } = limits ? checkMedia(travelling, options) : { errors: [], warnings: [] };
  const tokens = sumOf(parts);
  const window = contextTokens(model);
  const price = priceOf(model, backend, now(), await ownPrices(env));
  const audio = sumOf(parts.filter(({ kind }) => kind === 'audio'));
  return {
    backend,
    model,
    parts,
    bytes: parts.reduce((sum, { bytes = 0 }) => sum + bytes, 0),
    tokens,
    unknown: parts.filter((part) => part.tokens === undefined).length,
    contextTokens: window,
    price: price && { input: costOf(price, { all: tokens, audio }), currency: 'USD', source: price.source },
    errors,
    warnings:
      limits && window !== undefined && tokens > window
        ? [...warnings, `about ${words(tokens)} tokens, and ${model} is documented to take ${words(window)}`]
        : warnings,
  };
}

const words = (tokens: number) => tokens.toLocaleString('en');

function sumOf(parts: readonly EstimatedPart[]): number {
  return parts.reduce((sum, { tokens = 0 }) => sum + tokens, 0);
}
