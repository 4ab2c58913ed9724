import type { Job } from '../../src/jobs/job.ts';

export function jobOf(id: string, more: Partial<Job> = {}): Job {
  return {
    id,
    command: 'check',
    state: 'queued',
    request: { sources: [], note: 'läuft “so” 中' },
    requester: { id: '29:one', objectId: '0000', name: 'On-call' },
    conversation: { id: '19:room@thread.tacv2', kind: 'channel', tenantId: 't', reference: { serviceUrl: 'http://x' } },
    locale: 'en',
    nonce: 'n-1',
    createdAtMs: 1_000,
    deadlineMs: 601_000,
    ...more,
  };
}
