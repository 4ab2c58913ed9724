import type { PipelinePolicy } from '@azure/core-rest-pipeline';
import { count, measure, traced } from '../core/telemetry.ts';

/** One span and one measurement for each request that leaves, repeats included. Says what was asked for and never of what. */
export function watchCalls(): PipelinePolicy {
  return {
    name: 'hopcheckTelemetry',
    sendRequest(request, next) {
      const operation = operationOf(request.url);
      const about = { 'hopcheck.peer': 'arm', 'hopcheck.operation': operation, 'http.request.method': request.method };
      const startedMs = performance.now();
      const took = (labels: Ended) =>
        measure('http.client.request.duration', (performance.now() - startedMs) / 1000, { ...about, ...labels });
      const facts = { ...about, 'server.address': new URL(request.url).hostname, client: true };
      return traced(`${request.method} ${operation}`, facts, async (note) => {
        try {
          const response = await next(request);
          const ended = { 'http.response.status_code': response.status };
          const requestId = response.headers.get('x-ms-request-id');
          note({ ...ended, ...(requestId && { 'azure.service.request.id': requestId }) });
          took(ended);
          if (response.status === 429) count('hopcheck.throttled', { 'hopcheck.peer': 'arm' });
          return response;
        } catch (error) {
          const ended = { 'error.type': error instanceof Error ? error.name : 'unknown' };
          note(ended);
          took(ended);
          throw error;
        }
      });
    },
  };
}

type Ended = { readonly 'http.response.status_code'?: number; readonly 'error.type'?: string };

/**
 * The kinds of resource in an ARM address, e.g. `networkWatchers/connectivityCheck`: after `/providers/NAMESPACE/` (or at the
 * start) every second part is a kind and the one after it a name.
 */
export function operationOf(url: string): string {
  const path = new URL(url).pathname.replace(/\/+$/, '');
  const provider = path.toLowerCase().lastIndexOf('/providers/');
  const parts = provider < 0 ? path.split('/').slice(1) : path.slice(provider).split('/').slice(3);
  const kinds = parts.filter((_, index) => index % 2 === 0);
  return kinds.length > 0 && kinds.every((kind) => /^[A-Za-z]{2,50}$/.test(kind)) ? kinds.join('/') : 'other';
}
