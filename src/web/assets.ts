import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';

export type Asset = { readonly body: Buffer; readonly contentType: string };

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
};

/**
 * A file of the page by its URL path: `/` is the page, `/chat/page/<file>` the files of `src/web/page/`,
 * `/chat/adaptivecards.js` the card renderer's bundle, which sets the global `AdaptiveCards`. Undefined for any other path.
 */
export async function readAsset(path: string): Promise<Asset | undefined> {
  const file = locate(path);
  if (file === undefined) return undefined;
  try {
    return {
      body: await readFile(file),
      contentType: contentTypes[extname(file.pathname)] ?? 'application/octet-stream',
    };
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function locate(path: string): URL | undefined {
  if (path === '/') return new URL('page/index.html', import.meta.url);
  if (path === '/chat/adaptivecards.js') {
    return new URL('../dist/adaptivecards.min.js', import.meta.resolve('adaptivecards'));
  }
  // The narrow pattern is what keeps a path from leaving the folder.
  const name = /^\/chat\/page\/([a-z][a-z-]*\.(?:js|css|svg))$/.exec(path)?.[1];
  return name === undefined ? undefined : new URL(`page/${name}`, import.meta.url);
}
