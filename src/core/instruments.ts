type Described = {
  readonly kind: 'counter' | 'histogram' | 'gauge';
  /** UCUM, as OpenTelemetry writes units. */
  readonly unit: string;
  readonly says: string;
  /** What its values are told apart by. Each has few values: nothing of a person, and no name of a resource. */
  readonly labels: readonly string[];
  /** Upper bounds of a histogram's buckets. */
  readonly bounds?: readonly number[];
};

/** From a cached answer to the deadline of a check. */
const minutes = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600];
const requests = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const writes = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5];

/**
 * Everything that is measured. Names, units and labels follow OpenTelemetry's semantic conventions where these have one;
 * `docs/dashboard.json` shows each, and a test ties the two together.
 */
export const instruments = {
  'hopcheck.checks': {
    kind: 'counter',
    unit: '{check}',
    says: 'Questions asked of Azure that came to an end, by verdict; those without one by the code of their error.',
    labels: ['hopcheck.verdict', 'error.type'],
  },
  'hopcheck.answer.duration': {
    kind: 'histogram',
    unit: 's',
    says: 'From the stored question to its answer in the conversation.',
    labels: ['hopcheck.command'],
    bounds: minutes,
  },
  'hopcheck.witness.duration': {
    kind: 'histogram',
    unit: 's',
    says: 'How long a witness took to answer or to fall silent.',
    labels: ['hopcheck.witness', 'error.type'],
    bounds: minutes,
  },
  'hopcheck.jobs.in_flight': {
    kind: 'gauge',
    unit: '{job}',
    says: 'Jobs that this process works on.',
    labels: [],
  },
  'hopcheck.queue.length': {
    kind: 'gauge',
    unit: '{job}',
    says: 'Jobs in the store that somebody waits for, of all instances.',
    labels: [],
  },
  'hopcheck.queue.age': {
    kind: 'gauge',
    unit: 's',
    says: 'Age of the oldest job that somebody waits for; 0 when there is none.',
    labels: [],
  },
  'hopcheck.refusals': {
    kind: 'counter',
    unit: '{refusal}',
    says: 'What was turned away: requests at the door by reason, questions by the code of their error.',
    labels: ['hopcheck.refusal.by', 'hopcheck.refusal.reason'],
  },
  'hopcheck.throttled': {
    kind: 'counter',
    unit: '{response}',
    says: 'Answers 429, from Azure (arm) and from the channel (connector).',
    labels: ['hopcheck.peer'],
  },
  'hopcheck.failures': {
    kind: 'counter',
    unit: '{failure}',
    says: 'Exceptions that nobody expected, by where they were caught. Each has a line in the log.',
    labels: ['hopcheck.place'],
  },
  'hopcheck.ready': {
    kind: 'gauge',
    unit: '1',
    says: '1 for each part of /readyz that is there, else 0.',
    labels: ['hopcheck.part'],
  },
  'http.server.request.duration': {
    kind: 'histogram',
    unit: 's',
    says: 'Activities: from the request to its response, which the acknowledgement precedes.',
    labels: ['http.request.method', 'http.route', 'http.response.status_code'],
    bounds: requests,
  },
  'http.client.request.duration': {
    kind: 'histogram',
    unit: 's',
    says: 'Requests to Azure (arm) and to the channel (connector), each try by itself.',
    labels: ['hopcheck.peer', 'hopcheck.operation', 'http.request.method', 'http.response.status_code', 'error.type'],
    bounds: requests,
  },
  'db.client.operation.duration': {
    kind: 'histogram',
    unit: 's',
    says: 'How long the store took.',
    labels: ['db.system.name', 'db.operation.name', 'error.type'],
    bounds: writes,
  },
  'nodejs.eventloop.delay.p99': {
    kind: 'gauge',
    unit: 's',
    says: 'Delay of the event loop since the last reading, 99th percentile.',
    labels: [],
  },
  'nodejs.eventloop.delay.max': {
    kind: 'gauge',
    unit: 's',
    says: 'Longest delay of the event loop since the last reading.',
    labels: [],
  },
  'process.memory.usage': {
    kind: 'gauge',
    unit: 'By',
    says: 'Resident memory of the process.',
    labels: [],
  },
} as const satisfies Readonly<Record<string, Described>>;

export type InstrumentName = keyof typeof instruments;

export type NameOf<Kind extends Described['kind']> = {
  [Name in InstrumentName]: (typeof instruments)[Name]['kind'] extends Kind ? Name : never;
}[InstrumentName];

/** The labels of an instrument: those of its list, and no others. */
export type LabelsOf<Name extends InstrumentName> = {
  readonly [Label in (typeof instruments)[Name]['labels'][number]]?: string | number;
};
