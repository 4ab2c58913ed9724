import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { context, DiagLogLevel, diag, ROOT_CONTEXT } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { type IMetricReader, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  type IdGenerator,
  RandomIdGenerator,
  type SpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { appointedIds, observe, turnOn } from './core/telemetry.ts';
import { apart } from './core/trail.ts';
import type { Log } from './log.ts';
import type { TelemetryChoice } from './telemetry-choice.ts';
import { product } from './version.ts';

export type Telemetry = {
  /** Where Prometheus asks, when it may. */
  readonly metricsUrl?: string;
  /** Sends what is left and lets go, in `limitMs` at most. Never rejects. */
  stop(limitMs: number): Promise<void>;
};

/** Thrown when the port of the metrics is taken or may not be used. */
export class MetricsPortError extends Error {
  override readonly name = 'MetricsPortError';
}

/** Readers and processors beside those that the choice names; tests look on with them. */
export type Onlookers = {
  readonly readers?: readonly IMetricReader[];
  readonly processors?: readonly SpanProcessor[];
};

/** This module loads the SDK: it is imported only where telemetry was asked for. Errors: MetricsPortError. */
export async function startTelemetry(choice: TelemetryChoice, log: Log, onlookers: Onlookers = {}): Promise<Telemetry> {
  diag.setLogger(quietly(log), { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
  const prometheus = choice.prometheus && new PrometheusExporter({ preventServerStart: true, withoutScopeInfo: true });
  const served = prometheus && choice.prometheus && (await serve(prometheus, choice.prometheus));
  const processors = [...(onlookers.processors ?? []), ...(await processorsOf(choice))];
  const readers = [...(onlookers.readers ?? []), ...(prometheus ? [prometheus] : []), ...(await readersOf(choice))];
  const resource = defaultResource()
    .merge(resourceFromAttributes({ 'service.name': product.name, 'service.version': product.version }))
    .merge(detectResources({ detectors: [envDetector] }));
  const tracers = new BasicTracerProvider({ resource, spanProcessors: processors, idGenerator: jobsIds });
  const meters = new MeterProvider({ resource, readers });
  if (processors.length > 0) context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const turnOff = turnOn({
    ...(processors.length > 0 && { tracer: tracers.getTracer(product.name, product.version) }),
    ...(readers.length > 0 && { meter: meters.getMeter(product.name, product.version) }),
  });
  const unwatch = watchProcess();
  return {
    ...(served && { metricsUrl: `http://${served.host}:${served.port}/metrics` }),
    async stop(limitMs) {
      const timer = new AbortController();
      const late = new Promise<void>((resolve) => {
        const waiting = setTimeout(resolve, limitMs);
        timer.signal.addEventListener('abort', () => clearTimeout(waiting), { once: true });
      });
      await Promise.race([Promise.allSettled([tracers.shutdown(), meters.shutdown(), served?.close()]), late]);
      timer.abort();
      unwatch();
      turnOff();
      context.disable();
      diag.disable();
    },
  };
}

/** The root of a job's trace has ids that follow from the job; all else is random. */
const random = new RandomIdGenerator();
const jobsIds: IdGenerator = {
  generateTraceId: () => appointedIds()?.traceId ?? random.generateTraceId(),
  generateSpanId: () => appointedIds()?.spanId ?? random.generateSpanId(),
};

/** Each queue is bounded by the SDK: what a collector that is down does not take is dropped. */
async function processorsOf({ otlp, azureMonitor, patienceMs }: TelemetryChoice): Promise<SpanProcessor[]> {
  const processors: SpanProcessor[] = [];
  if (otlp?.traces) {
    const { OTLPTraceExporter } =
      otlp.traces === 'http/json'
        ? await import('@opentelemetry/exporter-trace-otlp-http')
        : await import('@opentelemetry/exporter-trace-otlp-proto');
    processors.push(new BatchSpanProcessor(new OTLPTraceExporter(within(patienceMs))));
  }
  if (azureMonitor) {
    const { AzureMonitorTraceExporter } = await import('@azure/monitor-opentelemetry-exporter');
    processors.push(new BatchSpanProcessor(new AzureMonitorTraceExporter(toAzure(azureMonitor))));
  }
  return processors;
}

async function readersOf({ otlp, azureMonitor, intervalMs, patienceMs }: TelemetryChoice): Promise<IMetricReader[]> {
  const pace = { exportIntervalMillis: intervalMs, exportTimeoutMillis: Math.min(intervalMs, exportLimitMs) };
  const readers: IMetricReader[] = [];
  if (otlp?.metrics) {
    const { OTLPMetricExporter } =
      otlp.metrics === 'http/json'
        ? await import('@opentelemetry/exporter-metrics-otlp-http')
        : await import('@opentelemetry/exporter-metrics-otlp-proto');
    readers.push(new PeriodicExportingMetricReader({ exporter: new OTLPMetricExporter(within(patienceMs)), ...pace }));
  }
  if (azureMonitor) {
    const { AzureMonitorMetricExporter } = await import('@azure/monitor-opentelemetry-exporter');
    const exporter = new AzureMonitorMetricExporter(toAzure(azureMonitor));
    readers.push(new PeriodicExportingMetricReader({ exporter, ...pace }));
  }
  return readers;
}

const exportLimitMs = 30_000;

const within = (patienceMs: number | undefined) => (patienceMs === undefined ? {} : { timeoutMillis: patienceMs });

/** What cannot be sent is dropped: an outage of the collector fills no disk, and the image's root is read-only. */
const toAzure = (connectionString: string) => ({ connectionString, disableOfflineStorage: true });

type Served = { readonly host: string; readonly port: number; close(): Promise<void> };

/** A server of its own: the bot's port is reachable from the internet, and the metrics are nobody's business there. */
function serve(exporter: PrometheusExporter, { host, port }: { host: string; port: number }): Promise<Served> {
  const server = createServer((request, response) => {
    if (request.method !== 'GET' || request.url?.split('?')[0] !== '/metrics') {
      response.statusCode = 404;
      response.end();
      return;
    }
    exporter.getMetricsRequestHandler(request, response);
  });
  server.requestTimeout = 10_000;
  server.maxConnections = 50;
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why =
        error.code === 'EADDRINUSE'
          ? `${host}:${port} is taken by another program: stop it, or set METRICS_PORT to a free port`
          : `cannot serve the metrics on ${host}:${port}: ${error.message}`;
      reject(new MetricsPortError(why));
    });
    server.listen(port, host, () => {
      server.on('error', () => {});
      resolve({
        host,
        port: (server.address() as AddressInfo).port,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            server.closeAllConnections();
          }),
      });
    });
  });
}

/** Each trouble once: a collector that is down all night is one line, and a check never hears of it. */
function quietly(log: Log) {
  const said = new Set<string>();
  const say = (...parts: readonly unknown[]) => {
    const message = parts.map((part) => (part instanceof Error ? part.message : String(part))).join(' ');
    const reason = /"message":"([^"]+)"/.exec(message)?.[1] ?? message;
    const short = reason.replaceAll(/\d+/g, '#').slice(0, 200);
    if (said.has(short) || said.size >= mostTroubles) return;
    said.add(short);
    // Its timers were set while some job was worked on, and it is not about that one.
    apart(() => context.with(ROOT_CONTEXT, () => log.warn({ reason: reason.slice(0, 300) }, 'telemetry')));
  };
  const nothing = () => {};
  return { error: say, warn: say, info: nothing, debug: nothing, verbose: nothing };
}

const mostTroubles = 20;
const nsPerSecond = 1e9;

function watchProcess(): () => void {
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  const stops = [
    observe('nodejs.eventloop.delay.p99', (say) => say(delay.percentile(99) / nsPerSecond, {})),
    observe('nodejs.eventloop.delay.max', (say) => {
      say(delay.max / nsPerSecond, {});
      delay.reset();
    }),
    observe('process.memory.usage', (say) => say(process.memoryUsage.rss(), {})),
  ];
  return () => {
    delay.disable();
    for (const stop of stops) stop();
  };
}
