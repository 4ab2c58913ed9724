import { inflateSync } from 'node:zlib';

const woffHeaderBytes = 44;
const woffEntryBytes = 20;
const sfntHeaderBytes = 12;
const sfntEntryBytes = 16;

/**
 * Unpacks a WOFF 1.0 font into the OpenType file it wraps (W3C "WOFF File Format 1.0", section 4): fontconfig hands
 * wrapped fonts to nobody, so a font that only comes as `.woff` must be unwrapped before a browser sees it as installed.
 */
export function unwrapWoff(woff: Buffer): Buffer {
  if (woff.toString('latin1', 0, 4) !== 'wOFF') throw new Error('not a WOFF 1.0 file');
  const count = woff.readUInt16BE(12);
  const power = Math.floor(Math.log2(count));
  const header = Buffer.alloc(sfntHeaderBytes + sfntEntryBytes * count);
  header.writeUInt32BE(woff.readUInt32BE(4), 0);
  header.writeUInt16BE(count, 4);
  header.writeUInt16BE(2 ** power * sfntEntryBytes, 6);
  header.writeUInt16BE(power, 8);
  header.writeUInt16BE((count - 2 ** power) * sfntEntryBytes, 10);

  const parts: Buffer[] = [header];
  let written = header.length;
  for (let index = 0; index < count; index += 1) {
    const entry = woffHeaderBytes + woffEntryBytes * index;
    const offset = woff.readUInt32BE(entry + 4);
    const packedBytes = woff.readUInt32BE(entry + 8);
    const plainBytes = woff.readUInt32BE(entry + 12);
    const packed = woff.subarray(offset, offset + packedBytes);
    const table = packedBytes < plainBytes ? inflateSync(packed) : packed;
    const at = sfntHeaderBytes + sfntEntryBytes * index;
    woff.copy(header, at, entry, entry + 4);
    header.writeUInt32BE(woff.readUInt32BE(entry + 16), at + 4);
    header.writeUInt32BE(written, at + 8);
    header.writeUInt32BE(table.length, at + 12);
    const padding = Buffer.alloc((4 - (table.length % 4)) % 4);
    parts.push(table, padding);
    written += table.length + padding.length;
  }
  return Buffer.concat(parts);
}
