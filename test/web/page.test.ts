import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { readAsset } from '../../src/web/assets.ts';

const run = promisify(execFile);
const repository = fileURLToPath(new URL('../../', import.meta.url));

it('the modules of the page agree with their types', async () => {
  const tsc = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));
  const { stdout } = await run(process.execPath, [tsc, '--project', 'src/web/page/tsconfig.json'], { cwd: repository });
  expect(stdout).toBe('');
});

it.each([
  '/chat/page/../chat.ts',
  '/chat/page/%2e%2e/chat.ts',
  '/chat/page/tsconfig.json',
  '/chat/page/globals.d.ts',
  '/chat/page/',
  '/chat/page/none.js',
  '/etc/passwd',
])('serves nothing for %s', async (path) => {
  expect(await readAsset(path)).toBeUndefined();
});
