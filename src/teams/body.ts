import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';

export const bodyLimitBytes = 256 * 1024;

export type BodyReading =
  | { readonly ok: true; readonly body: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly status: 400 | 408 | 413; readonly reason: string };

export type HeadRefusal = { readonly status: 403 | 413 | 415; readonly reason: string };

const loopbackName = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/i;

/** What the headers alone tell; undefined where the body may come. */
export function judgeHead(headers: IncomingHttpHeaders, local: boolean): HeadRefusal | undefined {
  // A page in the browser of whoever runs the demo can reach this port: it always sends an Origin with a POST, and after
  // rebinding its own name to 127.0.0.1 a foreign Host.
  if (local && (headers.origin !== undefined || !loopbackName.test(headers.host ?? ''))) {
    return { status: 403, reason: 'from a web page' };
  }
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') return { status: 415, reason: 'encoding' };
  if (!/^application\/json\s*(?:;\s*charset="?utf-8"?\s*)?$/i.test(headers['content-type'] ?? '')) {
    return { status: 415, reason: 'media type' };
  }
  if (Number(headers['content-length'] ?? 0) > bodyLimitBytes) return { status: 413, reason: 'body too large' };
  return undefined;
}

/**
 * Reads a JSON object without a library: restify's parser inflates before it limits and dies of a wrong Content-Encoding
 * (restify#1975).
 */
export async function readBody(request: IncomingMessage, timeoutMs: number): Promise<BodyReading> {
  const bytes = await collect(request, timeoutMs);
  if (bytes === 'too large') return { ok: false, status: 413, reason: 'body too large' };
  if (bytes === 'too slow') return { ok: false, status: 408, reason: 'body too slow' };
  if (bytes === 'cut off') return { ok: false, status: 400, reason: 'body cut off' };
  try {
    const body: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    if (isObject(body)) return { ok: true, body };
  } catch {
    // Said below.
  }
  return { ok: false, status: 400, reason: 'not a JSON object' };
}

/** Leaves the request readable where it gives up, so that the refusal can still be written. */
function collect(request: IncomingMessage, timeoutMs: number): Promise<Buffer | 'too large' | 'too slow' | 'cut off'> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const settle = (result: Buffer | 'too large' | 'too slow' | 'cut off') => {
      clearTimeout(timer);
      request.off('data', take).off('end', end).off('close', close);
      request.pause();
      resolve(result);
    };
    const take = (chunk: Buffer) => {
      size += chunk.length;
      if (size > bodyLimitBytes) settle('too large');
      else chunks.push(chunk);
    };
    const end = () => settle(Buffer.concat(chunks));
    const close = () => settle('cut off');
    const timer = setTimeout(() => settle('too slow'), timeoutMs);
    request.on('data', take).on('end', end).on('close', close);
    request.on('error', () => {});
  });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
