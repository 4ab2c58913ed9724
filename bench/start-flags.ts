import { readFileSync } from 'node:fs';
import { z } from 'zod';

const Package = z.object({ scripts: z.object({ start: z.string() }) });

/** What `npm start` gives to Node, in the built product as in the source. */
export function startFlags(): readonly string[] {
  const { scripts } = Package.parse(JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')));
  return scripts.start.split(' ').filter((word) => word.startsWith('--'));
}
