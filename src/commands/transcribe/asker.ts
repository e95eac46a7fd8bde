import type { Backend } from '../../backends/backend.ts';
import type { Context } from '../../context.ts';
import { GeminiError, UsageError } from '../../errors.ts';
import { type Generation, generate } from '../../generate.ts';
import { toPart } from '../../media/part.ts';
import { checkParameters } from '../../models/check-parameters.ts';
import { familyOf } from '../../models/families.ts';
import { generationConfigFrom } from '../../prompt/generation-config.ts';
import { readTextFile } from '../../prompt/input.ts';
import { applySchema } from '../../prompt/schema.ts';
import { setPath } from '../../prompt/set-path.ts';
import { type TranscriptWish, transcriptPrompt, transcriptSchema } from '../../transcript/answer-schema.ts';
import { type ParsedAnswer, parseAnswer, parseTranscriptionParts } from '../../transcript/parse-answer.ts';
import type { Span } from '../../transcript/transcript.ts';
import type { GenerateContentRequest, GenerationConfig, Part } from '../../wire/generate-content.ts';
import { answerText, findCandidate } from '../../wire/response.ts';
import { uploadMedia } from '../upload-media.ts';
import type { Excerpt } from './excerpts.ts';
import type { TranscribeOptions } from './options.ts';

/**
 * How a transcript is asked for: as JSON of a schema; as lines, of models that take no schema; or of a model that does
 * nothing but transcribe and takes no prompt.
 */
export type AnswerForm = 'json' | 'lines' | 'transcription';

/** What an excerpt is asked for beside what is the same for all. */
export type Question = {
  readonly excerpt: Excerpt;
  /** In the time of the whole. */
  readonly span: Span;
  readonly speakers: readonly string[];
  /** What was heard before, where an answer broke off. */
  readonly after?: { readonly end: number; readonly text: string };
};

/** Someone who transcribes. */
export type Asker = {
  readonly backend: Backend;
  readonly model: string;
  /** All that decides what is asked, besides the medium. */
  readonly identity: string;
  readonly wish: TranscriptWish;
  request(question: Question): GenerateContentRequest;
  /** A request about a text, answered as JSON of the schema where the model can. */
  textRequest(texts: readonly string[], schema: Record<string, unknown>): GenerateContentRequest;
  /** @throws GeminiError when nothing of an answer came */
  send(
    request: GenerateContentRequest,
    signal: AbortSignal,
    excerpt?: Pick<Excerpt, 'sentAgain'>,
  ): Promise<Generation>;
  /** What a response says; its times are those of the excerpt. */
  read(generation: Generation, question: Question): ParsedAnswer;
};

/**
 * Reads what the options name, and checks that the model can do what is asked.
 * @throws UsageError for what it cannot, InputError for a file that cannot be read
 */
export async function createAsker(
  context: Context,
  options: TranscribeOptions,
  { backend, model }: { readonly backend: Backend; readonly model: string },
): Promise<Asker> {
  const form = formFor(model);
  const wish = await readWish(context, options);
  if (form === 'transcription') requirePlain(options, model);
  const generationConfig = generationConfigFrom(options.generation) ?? {};
  const { errors, warnings } = checkParameters(model, generationConfig);
  const [first, ...details] = errors;
  if (first) throw new UsageError(first, { details });
  for (const warning of warnings) context.note(`warning: ${warning}`);

  const configFor = (excerpt: Excerpt, asked: TranscriptWish): GenerationConfig => {
    if (form === 'transcription') {
      return { ...generationConfig, audioTranscriptionConfig: transcriptionConfig(asked) };
    }
    const timed =
      backend.name === 'vertex' && excerpt.medium.kind === 'audio' ? { audioTimestamp: true } : {};
    const config = { ...generationConfig, ...timed };
    return form === 'json' ? applySchema(config, transcriptSchema(asked)) : config;
  };
  const compose = (parts: Part[], config: GenerationConfig) => {
    let request: GenerateContentRequest = {
      contents: [{ role: 'user', parts }],
      ...(Object.keys(config).length > 0 && { generationConfig: config }),
    };
    for (const assignment of options.set) request = setPath(request, assignment);
    return request;
  };
  return {
    backend,
    model,
    wish,
    identity: JSON.stringify([
      ...[backend.name, serverOf(backend), model, form, wish, generationConfig, options.set],
      PROMPT_VERSION,
    ]),
    request({ excerpt, speakers, after }) {
      const asked = {
        ...wish,
        speakerNames: [...new Set([...(wish.speakerNames ?? []), ...speakers])],
        ...(excerpt.asked && { span: excerpt.asked }),
        // Who hears the rest alone has nothing to go on after.
        ...(after && excerpt.zero === 0 && { after }),
      };
      const prompt = form === 'transcription' ? [] : [{ text: transcriptPrompt(asked, form) }];
      const config = configFor(excerpt, asked);
      return compose([toPart(excerpt.medium), ...prompt], config);
    },
    textRequest: (texts, schema) =>
      compose(
        texts.map((text) => ({ text })),
        form === 'json' ? applySchema(generationConfig, schema) : generationConfig,
      ),
    async send(request, signal, { sentAgain = false } = {}) {
      const own = { ...context, signal, quiet: true };
      const deliver = (again: boolean) => uploadMedia(own, request, backend.limits, { sentAgain: again });
      const delivered = await deliver(sentAgain).catch((error: unknown) => {
        signal.throwIfAborted();
        // Not every server has a place for files; most media fit into a request all the same.
        if (!sentAgain || !(error instanceof GeminiError)) throw error;
        return deliver(false);
      });
      return generate({ backend, model, request: delivered, stream: true, signal, keepText: true });
    },
    read({ response }, { excerpt, span }) {
      const end = Number.isFinite(span.end) ? span.end - excerpt.zero : 0;
      const heard = { start: span.start - excerpt.zero, end };
      const parsed =
        form === 'transcription'
          ? parseTranscriptionParts(findCandidate(response)?.content?.parts ?? [], heard)
          : parseAnswer(answerText(response), heard);
      return wish.speakers ? parsed : { ...parsed, segments: parsed.segments.map(withoutSpeaker) };
    },
  };
}

/** Two servers may call different models the same; the emulator is another one on each run. */
function serverOf({ name, address }: Backend): string | undefined {
  return name === 'emulator' ? undefined : address.baseUrl;
}

/** To be raised when the prompt or the schema change so that old pieces of transcripts do not fit new ones. */
const PROMPT_VERSION = 1;

function formFor(model: string): AnswerForm {
  if (/-transcribe(-\d+|-preview.*)?$/.test(model)) return 'transcription';
  return familyOf(model)?.remarks?.responseMimeType === 'unsupported' ? 'lines' : 'json';
}

async function readWish({ cwd }: Context, options: TranscribeOptions): Promise<TranscriptWish> {
  const { language, translate, speakers, speakerNames, timestamps, vocabulary, prompt } = options;
  const words = vocabulary === undefined ? [] : (await readTextFile(vocabulary, cwd)).split('\n');
  const listed = words.map((word) => word.trim()).filter((word) => word !== '');
  const added = prompt?.startsWith('@') ? await readTextFile(prompt.slice(1), cwd) : prompt;
  return {
    speakers: speakers || speakerNames.length > 0,
    // Times are asked for even where nobody wants to see them: nothing else tells what is missing.
    timestamps: timestamps === 'none' ? 'segment' : timestamps,
    ...(language !== undefined && { language }),
    ...(translate !== undefined && { translate }),
    ...(speakerNames.length > 0 && { speakerNames }),
    ...(listed.length > 0 && { vocabulary: listed }),
    ...(added !== undefined && { prompt: added }),
  };
}

/** "Transcribe audio", Gemini API and Vertex AI, 2026: times of words are the only ones there are. */
function transcriptionConfig({ language, vocabulary, speakers }: TranscriptWish): Record<string, unknown> {
  return {
    ...(language !== undefined && { languageCodes: [language] }),
    ...(vocabulary ? { customVocabulary: vocabulary } : { diarization: speakers, wordTimestamp: true }),
  };
}

function requirePlain(options: TranscribeOptions, model: string): void {
  const refuse = (flag: string) => {
    throw new UsageError(`${flag}: ${model} takes no prompt`, { hint: 'name another model with -m' });
  };
  if (options.translate !== undefined) refuse('--translate');
  if (options.prompt !== undefined) refuse('--prompt');
  if (options.summary) refuse('--summary');
  if (options.chapters) refuse('--chapters');
  if (options.vocabulary !== undefined && (options.speakers || options.timestamps !== 'none')) {
    throw new UsageError(`--vocabulary: ${model} takes it only without speakers and times`, {
      hint: 'add --no-speakers --timestamps none, or name another model with -m',
    });
  }
}

function withoutSpeaker<Segment extends { speaker?: string }>({ speaker: _, ...rest }: Segment) {
  return rest as Omit<Segment, 'speaker'>;
}
