import { GoogleError } from '../google-error.ts';
import type { ReceivedPart, ReceivedRequest } from '../received-request.ts';
import { fileIdOf, fileState, type Store, storedFile, storedMedia } from '../store/store.ts';
import { type ContentFormat, formatOf, type Modality } from './content-format.ts';
import { pdfPages } from './pdf-pages.ts';
import { readRecording } from './recording.ts';

/** What was found in the bytes of an inlineData part, or of an uploaded file; what could not be found out is left out. */
export type Inspection = {
  readonly bytes: number;
  /** As it was sent or uploaded. */
  readonly mimeType?: string;
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

/** Of an uploaded file so much is looked into: the rest would only fill the memory. */
const LOOKED_INTO_BYTES = 64 * 1024 * 1024;

/**
 * Looks into all media of a request that are at hand, function responses included: those inline, and those that were
 * uploaded to this emulator.
 * @throws GoogleError as the service refuses a file that is not there, or not ready
 */
export async function inspectRequest(request: ReceivedRequest, store: Store): Promise<Inspections> {
  const inspections = new Map<ReceivedPart, Inspection>();
  for (const part of partsOf(request)) {
    const { inlineData, fileData } = part;
    if (inlineData !== undefined) {
      // Node reads both alphabets of base64 here.
      const bytes = Buffer.from(inlineData.data ?? '', 'base64');
      inspections.set(part, await inspect(bytes, inlineData.mimeType, bytes.length));
    } else if (fileData !== undefined) {
      const uploaded = uploadedMedia(store, fileData.fileUri ?? '');
      if (uploaded === undefined) continue;
      const { bytes, mimeType } = uploaded;
      const head = await bytes.head(LOOKED_INTO_BYTES);
      inspections.set(part, await inspect(head, fileData.mimeType ?? mimeType, bytes.size));
    }
  }
  return inspections;
}

function uploadedMedia(store: Store, uri: string): ReturnType<typeof storedMedia> {
  const id = fileIdOf(uri);
  if (id === undefined) return storedMedia(store, uri);
  const file = storedFile(store, id);
  if (file === undefined) {
    throw new GoogleError(403, `You do not have permission to access the File ${id} or it may not exist.`);
  }
  if (fileState(file) === 'ACTIVE') return file;
  throw new GoogleError(400, `The File ${id} is not in an ACTIVE state and usage is not allowed.`);
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

async function inspect(bytes: Buffer, mimeType: string | undefined, size: number): Promise<Inspection> {
  const format = formatOf(bytes);
  const claimed = modalityOf(mimeType);
  // Ogg, MPEG-4 and WebM hold sound or pictures alike: the claim decides between the two.
  const recording = claimed === 'AUDIO' || claimed === 'VIDEO';
  const modality =
    format === undefined || (recording && format.types.includes(mimeType ?? '')) ? claimed : format.modality;
  const base = {
    bytes: size,
    mimeType: mimeType ?? '',
    modality,
    ...(format === undefined ? {} : { format }),
  };
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
