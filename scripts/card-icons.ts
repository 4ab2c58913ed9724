/**
 * Draws `cards/icons/<name>.png` from `cards/icons/<name>.svg`: small palette images, because each rides in its card as data.
 * Run it after changing an icon: `node scripts/card-icons.ts`.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { crc32, deflateSync } from 'node:zlib';
import { PNG } from 'pngjs';
import { openBrowser } from '../test/support/browser.ts';

const folder = new URL('../cards/icons/', import.meta.url);

/**
 * A drawing of one colour becomes that colour in four strengths; any other the sixteen commonest of its colours, and the
 * rest the nearest of those.
 */
function encodePalette({ width, height, data }: PNG, only: number | undefined): Buffer {
  const counts = new Map<number, number>();
  const pixels = Array.from({ length: width * height }, (_, index) => {
    const alpha = Math.round((data[index * 4 + 3] ?? 0) / 85) * 85;
    const rgb = alpha === 0 ? 0 : (only ?? data.readUIntBE(index * 4, 3));
    const colour = rgb * 256 + alpha;
    counts.set(colour, (counts.get(colour) ?? 0) + 1);
    return colour;
  });
  const common = [...counts].sort((a, b) => b[1] - a[1]).map(([colour]) => colour);
  const palette = common.slice(0, 16);
  const nearest = new Map(common.map((colour) => [colour, nearestIn(palette, colour)]));
  const bits = palette.length <= 4 ? 2 : 4;
  const rows: number[] = [];
  for (let y = 0; y < height; y += 1) {
    rows.push(0);
    for (let x = 0; x < width; x += 8 / bits) {
      let byte = 0;
      for (let step = 0; step < 8 / bits; step += 1) {
        byte = byte * 2 ** bits + (x + step < width ? (nearest.get(pixels[y * width + x + step] ?? 0) ?? 0) : 0);
      }
      rows.push(byte);
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([bits, 3, 0, 0, 0], 8);
  const colours = Buffer.from(palette.flatMap((c) => [Math.floor(c / 2 ** 24), (c >>> 16) & 255, (c >>> 8) & 255]));
  const alphas = Buffer.from(palette.map((colour) => colour % 256));
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('PLTE', colours),
    chunk('tRNS', alphas),
    chunk('IDAT', deflateSync(Buffer.from(rows), { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function nearestIn(palette: readonly number[], colour: number): number {
  const distance = (other: number) =>
    [2 ** 24, 2 ** 16, 2 ** 8, 1].reduce((sum, unit) => {
      const part = (value: number) => Math.floor(value / unit) % 256;
      return sum + (part(colour) - part(other)) ** 2;
    }, 0);
  return palette.reduce((best, other, index) => (distance(other) < distance(palette[best] ?? 0) ? index : best), 0);
}

function chunk(type: string, body: Buffer): Buffer {
  const tagged = Buffer.concat([Buffer.from(type, 'latin1'), body]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(tagged));
  return Buffer.concat([length, tagged, sum]);
}

const browser = await openBrowser();
if ('skipped' in browser) throw new Error(browser.skipped);
try {
  const page = await browser.newPage();
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.svg'))) {
    const svg = readFileSync(new URL(file, folder), 'utf8');
    const size = Number(/width="(\d+)"/.exec(svg)?.[1]);
    await page.setViewportSize({ width: size, height: size });
    await page.setContent(`<style>body{margin:0}svg{display:block}</style>${svg}`);
    const png = PNG.sync.read(await page.screenshot({ omitBackground: true }));
    const colours = new Set(
      [...svg.matchAll(/(?:stroke|fill)="#([0-9a-f]{6}|fff)"/g)].map(([, colour = '']) => colour),
    );
    const [only = ''] = colours;
    const image = encodePalette(png, colours.size === 1 ? Number.parseInt(only, 16) : undefined);
    writeFileSync(new URL(file.replace('.svg', '.png'), folder), image);
    process.stdout.write(`${file} ${image.length} bytes\n`);
  }
} finally {
  await browser.close();
}
