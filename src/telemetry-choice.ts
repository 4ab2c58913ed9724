/** Where telemetry goes. Undefined in a configuration: nowhere, and nothing is loaded for it. */
export type TelemetryChoice = {
  /** `GET /metrics` for Prometheus. */
  readonly prometheus?: { readonly host: string; readonly port: number };
  /** Application Insights' connection string. */
  readonly azureMonitor?: string;
  /** What goes out by OTLP, and how; where to is read by the exporters themselves. */
  readonly otlp?: { readonly traces?: OtlpProtocol; readonly metrics?: OtlpProtocol };
  /** How long one export by OTLP may take with its repeats; the exporters' own limit where it is absent. */
  readonly patienceMs?: number;
  /** Between two exports of the metrics. */
  readonly intervalMs: number;
};

export type OtlpProtocol = 'http/protobuf' | 'http/json';

/** hopcheck's own settings of it. */
export type TelemetrySettings = {
  readonly METRICS_PORT?: number | undefined;
  readonly APPLICATIONINSIGHTS_CONNECTION_STRING?: string | undefined;
};

export type ChoiceReading = { readonly choice?: TelemetryChoice; readonly problems: readonly string[] };

type Environment = Readonly<Record<string, string | undefined>>;

/** Prometheus comes from this machine unless it is said otherwise; the port is OpenTelemetry's usual one. */
const usualPrometheus = { host: '127.0.0.1', port: 9464 };
const usualIntervalMs = 60_000;
/** Somebody waits for the prompt, even where the collector is down. */
const shellPatienceMs = 1500;

/** `onlyOtel`: a single check in a shell has no port to be asked on, and sends something only if OTEL_* asks for it. */
export function readTelemetry(
  own: TelemetrySettings,
  environment: Environment,
  { onlyOtel }: { readonly onlyOtel: boolean },
): ChoiceReading {
  if (/^true$/i.test(environment.OTEL_SDK_DISABLED ?? '')) return { problems: [] };
  const problems: string[] = [];
  const traces = readSignal('TRACES', ['otlp', 'none'], environment, problems);
  const metrics = readSignal('METRICS', ['otlp', 'prometheus', 'none'], environment, problems);
  const port = own.METRICS_PORT ?? (metrics.exporters.includes('prometheus') ? prometheusPort(environment) : undefined);
  const azureMonitor = own.APPLICATIONINSIGHTS_CONNECTION_STRING;
  if (azureMonitor && !/(^|;)\s*InstrumentationKey=[0-9a-f-]{36}\s*(;|$)/i.test(azureMonitor)) {
    problems.push(
      'APPLICATIONINSIGHTS_CONNECTION_STRING: must hold an InstrumentationKey, as the resource’s page shows it',
    );
  }
  const choice: TelemetryChoice = {
    ...(port !== undefined &&
      !onlyOtel && {
        prometheus: { host: environment.OTEL_EXPORTER_PROMETHEUS_HOST || usualPrometheus.host, port },
      }),
    ...(azureMonitor && !onlyOtel && { azureMonitor }),
    ...((traces.protocol || metrics.protocol) && {
      otlp: {
        ...(traces.protocol && { traces: traces.protocol }),
        ...(metrics.protocol && { metrics: metrics.protocol }),
      },
    }),
    ...(onlyOtel && !environment.OTEL_EXPORTER_OTLP_TIMEOUT && { patienceMs: shellPatienceMs }),
    intervalMs: positive(environment.OTEL_METRIC_EXPORT_INTERVAL) ?? usualIntervalMs,
  };
  const isOn = choice.prometheus || choice.azureMonitor || choice.otlp;
  return { problems, ...(isOn && { choice }) };
}

/** An endpoint asks for OTLP by itself; the exporter's variable says so, or otherwise, by name. */
function readSignal(
  signal: 'TRACES' | 'METRICS',
  known: readonly string[],
  environment: Environment,
  problems: string[],
) {
  const endpoint = environment[`OTEL_EXPORTER_OTLP_${signal}_ENDPOINT`] || environment.OTEL_EXPORTER_OTLP_ENDPOINT;
  const name = `OTEL_${signal}_EXPORTER`;
  const exporters = listOf(environment[name] || (endpoint ? 'otlp' : 'none'));
  const odd = exporters.filter((exporter) => !known.includes(exporter));
  if (odd.length > 0) problems.push(`${name}: "${odd.join(', ')}" is not served; use ${known.join(', ')}`);
  const protocol = exporters.includes('otlp') ? readProtocol(signal, environment, problems) : undefined;
  return { exporters, protocol };
}

function readProtocol(
  signal: 'TRACES' | 'METRICS',
  environment: Environment,
  problems: string[],
): OtlpProtocol | undefined {
  const own = `OTEL_EXPORTER_OTLP_${signal}_PROTOCOL`;
  const name = environment[own] ? own : 'OTEL_EXPORTER_OTLP_PROTOCOL';
  const protocol = environment[name] || 'http/protobuf';
  if (protocol === 'http/protobuf' || protocol === 'http/json') return protocol;
  problems.push(`${name}: "${protocol}" is not served; use http/protobuf (port 4318 of a collector) or http/json`);
  return undefined;
}

function prometheusPort(environment: Environment): number {
  return positive(environment.OTEL_EXPORTER_PROMETHEUS_PORT) ?? usualPrometheus.port;
}

function listOf(text: string): readonly string[] {
  return text.split(',').map((item) => item.trim().toLowerCase());
}

function positive(text: string | undefined): number | undefined {
  return text !== undefined && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : undefined;
}
