import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Json } from '../core/json.ts';

export type Body =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly status: number; readonly why: string };

const loopback = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/i;

/**
 * Undefined where the request may be served, else why not. A page elsewhere can aim a name of its own at 127.0.0.1, or
 * post here from the browser of whoever has the demo open: the Host must be a loopback name, and an Origin must be this one.
 */
export function refusal(req: IncomingMessage): string | undefined {
  const host = req.headers.host ?? '';
  if (!loopback.test(host)) return 'This page is served to loopback names only: localhost, 127.0.0.1 or [::1].';
  const origin = req.headers.origin;
  if (origin !== undefined && origin.toLowerCase() !== `http://${host.toLowerCase()}`) {
    return 'This request comes from another origin.';
  }
  return undefined;
}

export const pathOf = (req: IncomingMessage): string => (req.url ?? '/').replace(/[?#].*$/s, '');

/** Reads a JSON body of at most `limitBytes`. A wrong media type is refused, since only `application/json` makes a foreign page ask first. */
export async function readJson(req: IncomingMessage, limitBytes: number): Promise<Body> {
  if (!/^application\/json\b/i.test(req.headers['content-type'] ?? '')) {
    return { ok: false, status: 415, why: 'The body must be application/json.' };
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of req) {
    const part = Buffer.from(chunk);
    bytes += part.length;
    if (bytes > limitBytes) return { ok: false, status: 413, why: `The body is larger than ${limitBytes} bytes.` };
    chunks.push(part);
  }
  try {
    return { ok: true, value: JSON.parse(Buffer.concat(chunks).toString('utf8')) };
  } catch {
    return { ok: false, status: 400, why: 'The body is not JSON.' };
  }
}

export function sendJson(
  res: ServerResponse,
  status: number,
  body: Json,
  headers: Readonly<Record<string, string>> = {},
): void {
  res.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', ...headers });
  res.end(JSON.stringify(body));
}
