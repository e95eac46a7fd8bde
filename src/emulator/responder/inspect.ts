import type { ReceivedBlob, ReceivedPart, ReceivedRequest } from '../received-request.ts';
import { type ContentFormat, formatOf, type Modality } from './content-format.ts';
import { pdfPages } from './pdf-pages.ts';
import { readRecording } from './recording.ts';

/** What was found in the bytes of an inlineData part; what could not be found out is left out. */
export type Inspection = {
  readonly bytes: number;
  readonly modality: Modality;
  readonly format?: ContentFormat;
  readonly pixels?: { readonly width: number; readonly height: number };
  /** Length of a recording. */
  readonly seconds?: number;
  /** Whether a video has sound. */
  readonly sound?: boolean;
  readonly pages?: number;
  /** Of a text file. */
  readonly text?: string;
};

export type Inspections = ReadonlyMap<ReceivedPart, Inspection>;

/** Looks into all inline media of a request, function responses included. */
export async function inspectRequest(request: ReceivedRequest): Promise<Inspections> {
  const inspections = new Map<ReceivedPart, Inspection>();
  for (const part of partsOf(request)) {
    if (part.inlineData !== undefined) inspections.set(part, await inspect(part.inlineData));
  }
  return inspections;
}

/** Every part of a request: the system instruction's first, then the turns' in order. */
export function* partsOf({ systemInstruction, contents = [] }: ReceivedRequest): Iterable<ReceivedPart> {
  for (const content of systemInstruction === undefined ? contents : [systemInstruction, ...contents]) {
    for (const part of content.parts ?? []) {
      yield part;
      yield* part.functionResponse?.parts ?? [];
    }
  }
}

/** What a MIME type says the content is. */
export function modalityOf(mimeType = ''): Modality {
  if (mimeType.startsWith('image/')) return 'IMAGE';
  if (mimeType.startsWith('audio/')) return 'AUDIO';
  if (mimeType.startsWith('video/')) return 'VIDEO';
  return mimeType === 'application/pdf' ? 'DOCUMENT' : 'TEXT';
}

async function inspect({ mimeType, data = '' }: ReceivedBlob): Promise<Inspection> {
  // Node reads both alphabets of base64 here.
  const bytes = Buffer.from(data, 'base64');
  const format = formatOf(bytes);
  const claimed = modalityOf(mimeType);
  // Ogg, MPEG-4 and WebM hold sound or pictures alike: the claim decides between the two.
  const recording = claimed === 'AUDIO' || claimed === 'VIDEO';
  const modality =
    format === undefined || (recording && format.types.includes(mimeType ?? '')) ? claimed : format.modality;
  const base = { bytes: bytes.length, modality, ...(format === undefined ? {} : { format }) };
  if (modality === 'IMAGE') return { ...base, ...(await readPixels(bytes)) };
  if (modality === 'AUDIO' || modality === 'VIDEO')
    return { ...base, ...(await readRecording(bytes, mimeType)) };
  if (modality === 'DOCUMENT') return { ...base, ...pdfPages(bytes) };
  return { ...base, text: bytes.toString() };
}

async function readPixels(bytes: Buffer): Promise<Pick<Inspection, 'pixels'>> {
  const { imageSize } = await import('image-size');
  try {
    const { width, height } = imageSize(bytes);
    return { pixels: { width, height } };
  } catch {
    // Broken, or a format that the library does not know: nothing is said of its size.
    return {};
  }
}
