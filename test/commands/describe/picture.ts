import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';

/** A PNG of 4 by 4 pixels, another for each number; some 80 bytes. */
export function picture(number: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(4, 0);
  header.writeUInt32BE(4, 4);
  // 8 bits of red, green and blue.
  header.set([8, 2], 8);
  const rows = Buffer.alloc(4 * 13);
  rows.writeUInt32BE(number, 1);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/** Makes a folder of pictures 000000.png, 000001.png, … @returns their names, relative to the folder */
export function pictures(folder: string, count: number): string[] {
  mkdirSync(folder, { recursive: true });
  const names = Array.from({ length: count }, (_, number) => `${String(number).padStart(6, '0')}.png`);
  names.forEach((name, number) => {
    writeFileSync(join(folder, name), picture(number));
  });
  return names;
}
