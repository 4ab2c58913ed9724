import { roomOf } from '../core/chat.ts';
import type { Json } from '../core/json.ts';
import type { Job } from './job.ts';
import type { Change } from './store.ts';
import type { Row, Value } from './tables.ts';

export type Column = readonly [name: string, value: Value];

export function columnsOfJob(job: Job, deliveryKey: string | undefined): readonly Column[] {
  return [
    ['id', job.id],
    ['delivery_key', deliveryKey ?? null],
    ['command', job.command],
    ['state', job.state],
    ['request', JSON.stringify(job.request)],
    ['requester', JSON.stringify(job.requester)],
    ['conversation', JSON.stringify(job.conversation)],
    ['room', roomOf(job.conversation)],
    ['locale', job.locale],
    ['nonce', job.nonce],
    ['created_at_ms', job.createdAtMs],
    ['deadline_ms', job.deadlineMs],
    ['message_id', job.messageId ?? null],
    ['operation', job.operation === undefined ? null : JSON.stringify(job.operation)],
    ['outcome', job.outcome === undefined ? null : JSON.stringify(job.outcome)],
    ['admitted', job.admitted ? 1 : 0],
  ];
}

export function columnsOfChange(change: Change): readonly Column[] {
  const columns: Column[] = [];
  if (change.messageId !== undefined) columns.push(['message_id', change.messageId]);
  for (const name of ['request', 'operation', 'outcome'] as const) {
    const value = change[name];
    if (value !== undefined) columns.push([name, JSON.stringify(value)]);
  }
  if (change.entry) columns.push(['question', change.entry.question], ['verdict', change.entry.verdict]);
  return columns;
}

export function jobFromRow(row: Row): Job {
  const optional = (name: string, value: Json | undefined) => (value === undefined ? {} : { [name]: value });
  const json = (value: unknown): Json | undefined =>
    value === null || value === undefined ? undefined : JSON.parse(String(value));
  return {
    id: String(row.id),
    command: String(row.command),
    state: String(row.state) as Job['state'],
    request: json(row.request) ?? null,
    requester: JSON.parse(String(row.requester)),
    conversation: JSON.parse(String(row.conversation)),
    locale: row.locale === 'zh' ? 'zh' : 'en',
    nonce: String(row.nonce),
    createdAtMs: Number(row.created_at_ms),
    deadlineMs: Number(row.deadline_ms),
    ...optional(
      'messageId',
      row.message_id === null || row.message_id === undefined ? undefined : String(row.message_id),
    ),
    ...optional('operation', json(row.operation)),
    ...optional('outcome', json(row.outcome)),
    ...(Number(row.admitted) === 1 && { admitted: true }),
  };
}
