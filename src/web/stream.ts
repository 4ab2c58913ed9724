import type { ServerResponse } from 'node:http';
import type { Conversations } from './conversations.ts';

/**
 * Server-sent events to every open page: `snapshot` with all messages at the beginning and after each reconnection, then
 * `message` and `typing` as they happen. A page keeps the copy with the higher revision, so nothing is lost or doubled.
 */
export function createStream(conversations: Conversations): { attach(res: ServerResponse): void; close(): void } {
  const pages = new Set<ServerResponse>();
  const write = (res: ServerResponse, event: string, data: unknown) => {
    res.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  };
  const unsubscribe = conversations.subscribe((change) => {
    for (const page of pages) {
      if (change.kind === 'typing') write(page, 'typing', change);
      else write(page, 'message', change.message);
    }
  });
  return {
    attach: (res) => {
      res.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store' });
      res.flushHeaders();
      res.write('retry: 1000\n\n');
      write(res, 'snapshot', conversations.messages());
      pages.add(res);
      res.on('close', () => pages.delete(res));
    },
    close: () => {
      unsubscribe();
      for (const page of pages) page.end();
    },
  };
}
