import { createCipheriv, createHash } from 'node:crypto';
import type { PdfDictionary } from './syntax.ts';

/**
 * True when the standard security handler lets everybody in: many files are encrypted only to forbid printing, and open
 * without a password (ISO 32000-2, 7.6.4). Undefined for a handler or revision that is not known here.
 * @param id the first of the two file identifiers
 */
export function opensWithoutPassword(encryption: PdfDictionary, id: Buffer): boolean | undefined {
  const revision = encryption.get('R');
  const user = encryption.get('U');
  if (encryption.get('Filter') !== '/Standard' || !Buffer.isBuffer(user)) return undefined;
  // The check of an empty password: the hash of nothing and 8 bytes of salt (algorithm 11).
  if (revision === 5)
    return createHash('sha256').update(user.subarray(32, 40)).digest().equals(user.subarray(0, 32));
  if (revision === 6) return hardenedHash(user.subarray(32, 40)).equals(user.subarray(0, 32));
  if (revision === 2 || revision === 3 || revision === 4) return opensByKey(encryption, revision, user, id);
  return undefined;
}

/** Takes the place of a password, or fills it up, to 32 bytes. */
const PADDING = Buffer.from('28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a', 'hex');

/** Algorithms 2, 4 and 5: the key of the empty password must encrypt to what the file holds. */
function opensByKey(
  encryption: PdfDictionary,
  revision: number,
  user: Buffer,
  id: Buffer,
): boolean | undefined {
  const owner = encryption.get('O');
  const permissions = encryption.get('P');
  const bits = encryption.get('Length') ?? 40;
  if (!Buffer.isBuffer(owner) || typeof permissions !== 'number' || typeof bits !== 'number')
    return undefined;
  const keyLength = revision === 2 ? 5 : revision === 4 ? 16 : Math.min(Math.max(bits >> 3, 5), 16);
  const word = Buffer.alloc(4);
  word.writeUInt32LE(permissions >>> 0);
  const unencryptedMetadata = revision === 4 && encryption.get('EncryptMetadata') === false;
  let key = md5(PADDING, owner.subarray(0, 32), word, id, Buffer.alloc(unencryptedMetadata ? 4 : 0, 0xff));
  if (revision === 2) return rc4(key.subarray(0, 5), PADDING).equals(user.subarray(0, 32));
  for (let round = 0; round < 50; round++) key = md5(key.subarray(0, keyLength));
  key = key.subarray(0, keyLength);
  let check = rc4(key, md5(PADDING, id));
  for (let round = 1; round <= 19; round++)
    check = rc4(
      key.map((byte) => byte ^ round),
      check,
    );
  return check.equals(user.subarray(0, 16));
}

/** Algorithm 2.B, for an empty user password. */
function hardenedHash(salt: Buffer): Buffer {
  let key = createHash('sha256').update(salt).digest();
  for (let round = 0; ; round++) {
    const repeated = Buffer.concat(Array.from({ length: 64 }, () => key));
    const cipher = createCipheriv('aes-128-cbc', key.subarray(0, 16), key.subarray(16, 32)).setAutoPadding(
      false,
    );
    const encrypted = cipher.update(repeated);
    const remainder = encrypted.subarray(0, 16).reduce((sum, byte) => sum + byte, 0) % 3;
    key = createHash(['sha256', 'sha384', 'sha512'][remainder] ?? 'sha256')
      .update(encrypted)
      .digest();
    if (round >= 63 && (encrypted.at(-1) ?? 0) <= round - 31) return key.subarray(0, 32);
  }
}

function md5(...pieces: readonly Uint8Array[]): Buffer {
  const hash = createHash('md5');
  for (const piece of pieces) hash.update(piece);
  return hash.digest();
}

/** OpenSSL 3 has retired RC4; here it encrypts 32 bytes of a check, no secret. */
function rc4(key: Uint8Array, bytes: Uint8Array): Buffer {
  const state = Uint8Array.from({ length: 256 }, (_, index) => index);
  const at = (index: number) => state[index & 0xff] ?? 0;
  const swap = (a: number, b: number) => {
    const value = at(a);
    state[a & 0xff] = at(b);
    state[b & 0xff] = value;
  };
  for (let i = 0, j = 0; i < 256; i++) {
    j = (j + at(i) + (key[i % key.length] ?? 0)) & 0xff;
    swap(i, j);
  }
  let j = 0;
  return Buffer.from(bytes).map((byte, index) => {
    const i = index + 1;
    j = (j + at(i)) & 0xff;
    swap(i, j);
    return byte ^ at(at(i) + at(j));
  }) as Buffer;
}
