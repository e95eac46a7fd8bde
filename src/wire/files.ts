/** A file of the Gemini Files API (v1beta), as far as this program reads it. */
export type File = {
  /** `files/ID`. */
  name: string;
  displayName?: string;
  mimeType?: string;
  /** A number as text, as proto3 JSON has it. */
  sizeBytes?: string;
  createTime?: string;
  updateTime?: string;
  /** Two days after the upload. */
  expirationTime?: string;
  /** Base64 of the digest's hexadecimal digits, as the service answers; its documents say of the digest itself. */
  sha256Hash?: string;
  /** What a prompt names it by. */
  uri: string;
  /** PROCESSING, ACTIVE or FAILED. */
  state?: string;
  source?: string;
  /** Why it is FAILED. */
  error?: { code?: number; message?: string };
};

/** Reads a file out of an answer; undefined when it is none. */
export function parseFile(value: unknown): File | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { name, uri } = value as Partial<File>;
  if (typeof name !== 'string' || !/^files\/[a-z0-9-]{1,64}$/.test(name) || typeof uri !== 'string')
    return undefined;
  return value as File;
}

/** Whether the service's digest of a file is this one; true when it gave none. */
export function hasSha256({ sha256Hash }: File, hexadecimal: string): boolean {
  if (!sha256Hash) return true;
  const decoded = Buffer.from(sha256Hash, 'base64');
  return decoded.toString('latin1') === hexadecimal || decoded.toString('hex') === hexadecimal;
}
