import type { IncomingMessage } from 'node:http';

export const bodyLimitBytes = 256 * 1024;
const bodyTimeoutMs = 15_000;

export type BodyReading =
  | { readonly ok: true; readonly body: Readonly<Record<string, unknown>> }
  | { readonly ok: false; readonly status: 400 | 408 | 413 | 415 };

/**
 * Reads a JSON object without a library: restify's parser inflates before it limits and dies of a wrong Content-Encoding
 * (restify#1975).
 */
export async function readBody(request: IncomingMessage): Promise<BodyReading> {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding.toLowerCase() !== 'identity') return { ok: false, status: 415 };
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) return { ok: false, status: 415 };
  if (Number(request.headers['content-length'] ?? 0) > bodyLimitBytes) return { ok: false, status: 413 };
  const chunks: Buffer[] = [];
  let size = 0;
  const timer = setTimeout(() => request.destroy(new Error('body too slow')), bodyTimeoutMs);
  try {
    for await (const chunk of request) {
      size += chunk.length;
      if (size > bodyLimitBytes) return { ok: false, status: 413 };
      chunks.push(chunk);
    }
  } catch {
    return { ok: false, status: 408 };
  } finally {
    clearTimeout(timer);
  }
  try {
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    return isObject(body) ? { ok: true, body } : { ok: false, status: 400 };
  } catch {
    return { ok: false, status: 400 };
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
