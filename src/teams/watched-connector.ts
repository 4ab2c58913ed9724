import { z } from 'zod';
import { count, measure, traced } from '../core/telemetry.ts';

type Request = { readonly url: string; readonly method: string };

const Status = z.union([
  z.object({ status: z.number() }).transform(({ status }) => status),
  z.object({ statusCode: z.number() }).transform(({ statusCode }) => statusCode),
]);

/** What is done to a message, by the method that does it. */
const operations: Readonly<Record<string, string>> = { POST: 'create', PUT: 'update', DELETE: 'delete' };

/** One span and one measurement for each request to the channel. */
export async function watchConnectorCall<T>(request: Request, send: () => Promise<T>): Promise<T> {
  const operation = operations[request.method] ?? 'read';
  const about = {
    'hopcheck.peer': 'connector',
    'hopcheck.operation': operation,
    'http.request.method': request.method,
  };
  const startedMs = performance.now();
  const end = (answer: unknown) => {
    const { data: status } = Status.safeParse(answer);
    const failed = answer instanceof Error && status === undefined;
    const ended = {
      ...(status !== undefined && { 'http.response.status_code': status }),
      ...(failed && { 'error.type': answer.name }),
    };
    measure('http.client.request.duration', (performance.now() - startedMs) / 1000, { ...about, ...ended });
    if (status === 429) count('hopcheck.throttled', { 'hopcheck.peer': 'connector' });
    return ended;
  };
  const facts = { ...about, 'server.address': new URL(request.url).hostname, client: true };
  return traced(`${operation} message`, facts, async (note) => {
    try {
      const answer = await send();
      note(end(answer));
      return answer;
    } catch (error) {
      note(end(error));
      throw error;
    }
  });
}
