import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { TopologyError } from './network/topology-file.ts';
import { type SimulatorOptions, startSimulator } from './server.ts';
import { scenarioNames } from './topologies.ts';

const usage = `usage: npm run simulator -- [options]
  --port N            where the Resource Manager listens (https; default 8443)
  --identity-port N   where the managed identity listens (http; default 8480)
  --host ADDRESS      default 127.0.0.1
  --topology NAME     ${scenarioNames().join(', ')}, or a YAML file (default contoso)
  --generate N        an estate of N virtual machines instead
  --seed N            for the estate, durations and latencies
  --speed N           how many times faster than Azure (default 10)
  --ca-out FILE       writes the certificate authority to trust (default hopcheck-simulator-ca.pem)
  --quiet             no line per request`;

type Asked = { readonly options: SimulatorOptions; readonly caOut: string; readonly quiet: boolean };

function number(text: string | undefined, name: string, from: number, to: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value < from || value > to) {
    throw new RangeError(`--${name} wants a number from ${from} to ${to}, not "${text}"`);
  }
  return value;
}

function readArguments(argv: readonly string[]): Asked | 'help' {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      port: { type: 'string', default: '8443' },
      'identity-port': { type: 'string', default: '8480' },
      host: { type: 'string' },
      topology: { type: 'string' },
      generate: { type: 'string' },
      seed: { type: 'string' },
      speed: { type: 'string' },
      'ca-out': { type: 'string', default: 'hopcheck-simulator-ca.pem' },
      quiet: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const seed = number(values.seed, 'seed', 0, 0x7fffffff);
  const vms = number(values.generate, 'generate', 1, 20_000);
  const speed = number(values.speed, 'speed', 0.1, 10_000);
  if (vms !== undefined && values.topology !== undefined)
    throw new RangeError('--generate and --topology exclude each other');
  return {
    options: {
      port: number(values.port, 'port', 0, 65535) ?? 8443,
      identityPort: number(values['identity-port'], 'identity-port', 0, 65535) ?? 8480,
      ...(values.host === undefined ? {} : { host: values.host }),
      ...(values.topology === undefined ? {} : { topology: values.topology }),
      ...(vms === undefined ? {} : { generate: { vms, seed: seed ?? 7 } }),
      ...(seed === undefined ? {} : { seed }),
      ...(speed === undefined ? {} : { speed }),
    },
    caOut: values['ca-out'],
    quiet: values.quiet,
  };
}

/** The stand-alone command; runs until the signal. Resolves to the exit code: 0, 1 (cannot start), 64 (wrong options). */
export async function runSimulator(
  argv: readonly string[],
  io: {
    readonly out: (line: string) => void;
    readonly err: (line: string) => void;
    readonly signal: AbortSignal;
  },
): Promise<number> {
  let asked: Asked | 'help';
  try {
    asked = readArguments(argv);
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
    io.err(error.message);
    io.err(usage);
    return 64;
  }
  if (asked === 'help') {
    io.out(usage);
    return 0;
  }
  try {
    const simulator = await startSimulator({ ...asked.options, ...(asked.quiet ? {} : { log: io.err }) });
    writeFileSync(asked.caOut, simulator.ca);
    io.out(
      `# A simulated Azure (${simulator.topology.name}, seed ${simulator.seed}) at ${simulator.endpoint}; to use it:`,
    );
    io.out(`export HOPCHECK_ARM_ENDPOINT=${simulator.endpoint}`);
    io.out(`export NODE_EXTRA_CA_CERTS=${asked.caOut}`);
    io.out(`export REQUESTS_CA_BUNDLE=${asked.caOut}`);
    if (simulator.identity !== undefined) {
      io.out(`export IDENTITY_ENDPOINT=${simulator.identity.endpoint}`);
      io.out(`export IDENTITY_HEADER=${simulator.identity.header}`);
      io.out(`export MSI_ENDPOINT=${simulator.identity.endpoint}`);
      io.out(`export MSI_SECRET=${simulator.identity.header}`);
    }
    io.out('# Ready. Control-C stops it.');
    await new Promise<void>((resolve) => {
      if (io.signal.aborted) resolve();
      else io.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    await simulator.close();
    return 0;
  } catch (error) {
    const text = explain(error);
    if (text === undefined) throw error;
    io.err(text);
    return 1;
  }
}

/** One clear line for what can go wrong at start; undefined for what nobody expects. */
function explain(error: unknown): string | undefined {
  if (error instanceof TopologyError) return error.message;
  if (!(error instanceof Error) || !('code' in error)) return undefined;
  const port = 'port' in error ? ` ${String(error.port)}` : '';
  if (error.code === 'EADDRINUSE') return `Port${port} is taken. Choose another with --port or --identity-port.`;
  if (error.code === 'EACCES') return `No permission: ${error.message}`;
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOENT') return error.message;
  return undefined;
}
