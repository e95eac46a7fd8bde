import { UsageError } from '../errors.ts';
import type { Dialect, MediaRule } from '../wire/chat-completions/dialect.ts';
import type { MediaKind } from '../wire/chat-completions/media-kind.ts';

const WEB = ['https:', 'http:'];

/** OpenAI's own words, which most servers take. */
const OPENAI: Dialect = {
  name: 'this server',
  messagePer: 'turn',
  modelFields: ['model'],
  maxTokens: 'max_completion_tokens',
  streams: true,
  streamUsage: true,
  candidates: true,
  topK: false,
  toolChoice: true,
  imageDetail: true,
  serviceTier: true,
  efforts: ['none', 'minimal', 'low', 'medium', 'high'],
  media: {
    image: { type: 'image_url', schemes: WEB },
    audio: { type: 'input_audio', schemes: [] },
    document: { type: 'file', schemes: [] },
  },
};

/** A server that a person runs: the older name of the limit, and no words of OpenAI's service. */
const LOCAL: Dialect = { ...OPENAI, maxTokens: 'max_tokens', imageDetail: false, serviceTier: false };

/**
 * The servers of `-b openai`, by --dialect. Sources: their documents and sources of 2026 (ollama/openai, llama.cpp's
 * tools/server, docs.vllm.ai, lmstudio.ai/docs).
 */
export const DIALECTS = {
  openai: OPENAI,
  // No tool_choice and n; pictures only as data URLs.
  ollama: {
    ...LOCAL,
    name: 'Ollama',
    candidates: false,
    toolChoice: false,
    efforts: ['none', 'low', 'medium', 'high'],
    thoughts: 'reasoning',
    media: {
      image: { type: 'image_url', schemes: [] },
      audio: { type: 'input_audio', schemes: [] },
    },
  },
  vllm: {
    ...LOCAL,
    name: 'vLLM',
    topK: true,
    efforts: ['none', 'low', 'medium', 'high'],
    thoughts: 'reasoning_content',
    media: {
      image: { type: 'image_url', schemes: WEB },
      audio: { type: 'audio_url', schemes: WEB },
      video: { type: 'video_url', schemes: WEB },
    },
  },
  'llama.cpp': {
    ...LOCAL,
    name: 'llama.cpp',
    topK: true,
    efforts: ['low', 'medium', 'high'],
    thoughts: 'reasoning_content',
    media: {
      image: { type: 'image_url', schemes: WEB },
      audio: { type: 'input_audio', schemes: WEB },
      video: { type: 'input_video', schemes: WEB },
    },
  },
  lmstudio: {
    ...LOCAL,
    name: 'LM Studio',
    candidates: false,
    topK: true,
    efforts: ['low', 'medium', 'high'],
    thoughts: 'reasoning_content',
    media: { image: { type: 'image_url', schemes: [] } },
  },
} as const satisfies Record<string, Dialect>;

export type DialectName = keyof typeof DIALECTS;

const BUCKET = ['s3:'];

/**
 * Gemini on Distributed Cloud, in the shapes of its guide: the names of `input_video` and `input_document` are
 * documented, what stands in them was not to be found and follows `input_audio`. Streams are not documented, so none is
 * asked for; `--set stream=true` does.
 */
export const DISTRIBUTED_CLOUD: Dialect = {
  ...OPENAI,
  name: 'Distributed Cloud',
  messagePer: 'part',
  modelFields: ['model', 'model_id'],
  streams: false,
  streamUsage: false,
  imageDetail: false,
  serviceTier: false,
  media: {
    image: { type: 'image_url', schemes: BUCKET },
    audio: { type: 'input_audio', schemes: BUCKET },
    video: { type: 'input_video', schemes: BUCKET },
    document: { type: 'input_document', schemes: BUCKET },
  },
};

/** The dialect of a server that none was named for: by the port that these two have to themselves. */
export function dialectByAddress({ port }: URL): DialectName {
  return port === '11434' ? 'ollama' : port === '1234' ? 'lmstudio' : 'openai';
}

/**
 * The dialect with other types of content parts.
 * @param assignments KIND=TYPE, such as `video=video_url`
 * @throws UsageError for what is not that
 */
export function withMediaParts(dialect: Dialect, assignments: readonly string[]): Dialect {
  const media: Partial<Record<MediaKind, MediaRule>> = { ...dialect.media };
  for (const assignment of assignments) {
    const [, kind, type] = /^(image|audio|video|document)=([a-z][a-z_]*)$/.exec(assignment) ?? [];
    if (kind === undefined || type === undefined) {
      throw new UsageError(`--media-part: "${assignment}" is not KIND=TYPE`, {
        hint: 'for example video=video_url; a kind is image, audio, video or document',
      });
    }
    const before = media[kind as MediaKind] ?? media.image;
    media[kind as MediaKind] = { type, schemes: before?.schemes ?? [] };
  }
  return { ...dialect, media };
}
