/** Writes `manifest/color.png` and `manifest/outline.png`. Run it after changing the mark: `node scripts/icons.ts`. */
import { writeFileSync } from 'node:fs';
import { PNG } from 'pngjs';
import { drawColour, drawOutline } from './mark.ts';

const folder = new URL('../manifest/', import.meta.url);
writeFileSync(new URL('color.png', folder), PNG.sync.write(drawColour()));
writeFileSync(new URL('outline.png', folder), PNG.sync.write(drawOutline()));
