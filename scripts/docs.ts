import { readFile, writeFile } from 'node:fs/promises';
import { settings } from '../src/config.ts';
import { configurationPage } from './configuration-page.ts';

const root = new URL('../', import.meta.url);
const page = configurationPage(settings, await readFile(new URL('.env.example', root), 'utf8'));
await writeFile(new URL('docs/configuration.md', root), page);
console.log('Wrote docs/configuration.md.');
