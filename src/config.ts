import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { BotProof } from './azure/bot-credential.ts';
import { type CloudName, cloudNames } from './azure/cloud.ts';
import type { Locale } from './core/chat.ts';
import { botClouds } from './teams/bot-cloud.ts';
import type { BotIdentity } from './teams/bot-identity.ts';
import { readTelemetry, type TelemetryChoice } from './telemetry-choice.ts';

export type AzureChoice =
  | { readonly kind: 'simulator'; readonly topology: string; readonly speed: number }
  | {
      readonly kind: 'azure';
      readonly endpoint?: string;
      readonly audience?: string;
      readonly authority?: string;
    };

export type Config = {
  readonly local: boolean;
  readonly host: string;
  readonly port: number;
  readonly bot?: BotIdentity;
  readonly tenants: readonly string[];
  readonly cloud: CloudName;
  readonly azure: AzureChoice;
  readonly subscriptions: readonly string[];
  readonly grantsFile?: string;
  /** The OAuth connection that people sign in over, where Azure is asked with each person's own rights; absent for the bot's. */
  readonly oauthConnection?: string;
  /** Another token service than the cloud's usual one. */
  readonly tokenService?: string;
  /** Absent: everything is kept in memory and gone at the end. */
  readonly dataDir?: string;
  /** A PostgreSQL that several instances share, in place of the folder. */
  readonly databaseUrl?: string;
  readonly language: Locale;
  readonly deadlineMs: number;
  readonly maxInFlight: number;
  readonly slowMs: number;
  /** How long what is over is kept. */
  readonly historyMs: number;
  readonly logLevel: string;
  /** Absent: nothing is measured or sent, and nothing is loaded for it. */
  readonly telemetry?: TelemetryChoice;
};

export type Environment = Readonly<Record<string, string | undefined>>;

export type Mode = 'production' | 'local' | 'terminal';

const guid = z.guid('must be a GUID');
const list = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(/[\s,;]+/)
      .map((item) => item.trim())
      .filter((item) => item !== ''),
  );
const number = (least: number, most: number, otherwise: number) =>
  z
    .string()
    .regex(/^\d+(\.\d+)?$/, 'must be a number')
    .transform(Number)
    .pipe(z.number().min(least).max(most))
    .default(otherwise);

/** Every setting that hopcheck itself reads. `.env.example` documents each, and a test compares the two. */
export const settings = {
  PORT: number(0, 65535, 3978),
  HOST: z.string().optional(),
  MicrosoftAppType: z.enum(['SingleTenant', 'UserAssignedMSI', 'MultiTenant']).optional(),
  MicrosoftAppId: guid.optional(),
  MicrosoftAppTenantId: guid.optional(),
  MicrosoftAppClientId: guid.optional(),
  MicrosoftAppCertificatePath: z.string().optional(),
  MicrosoftAppPassword: z.string().optional(),
  HOPCHECK_ENTRA_CLAIMS: z.enum(['refused', 'accepted']).default('refused'),
  HOPCHECK_TENANTS: list.pipe(z.array(guid)),
  HOPCHECK_CLOUD: z.enum(cloudNames).default('AzureCloud'),
  HOPCHECK_AZURE: z.enum(['azure', 'simulator']).optional(),
  HOPCHECK_ARM_ENDPOINT: z.url({ protocol: /^https$/, error: 'must be an https URL' }).optional(),
  HOPCHECK_ARM_AUDIENCE: z.url('must be a URL').optional(),
  AZURE_AUTHORITY_HOST: z.url('must be a URL').optional(),
  HOPCHECK_SUBSCRIPTIONS: list.pipe(z.array(guid)),
  HOPCHECK_TOPOLOGY: z.string().default('contoso'),
  HOPCHECK_SPEED: number(0.1, 1000, 10),
  HOPCHECK_GRANTS: z.string().optional(),
  HOPCHECK_IDENTITY: z.enum(['bot', 'user']).default('bot'),
  HOPCHECK_OAUTH_CONNECTION: z
    .string()
    .regex(/^[\w.-]{1,64}$/, 'must be the name of an OAuth connection')
    .optional(),
  HOPCHECK_TOKEN_SERVICE: z.url({ protocol: /^https$/, error: 'must be an https URL' }).optional(),
  HOPCHECK_DATA_DIR: z.string().optional(),
  DATABASE_URL: z.url({ protocol: /^postgres(ql)?$/, error: 'must be a postgres:// URL' }).optional(),
  HOPCHECK_LANGUAGE: z.enum(['en', 'zh']).default('en'),
  HOPCHECK_DEADLINE_S: number(1, 3600, 600),
  HOPCHECK_MAX_IN_FLIGHT: number(1, 10_000, 100),
  HOPCHECK_SLOW_MS: number(0, 60_000, 200),
  HOPCHECK_HISTORY_DAYS: number(1, 3650, 30),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  METRICS_PORT: z
    .string()
    .regex(/^\d{1,5}$/, 'must be a port')
    .transform(Number)
    .pipe(z.number().min(0).max(65535))
    .optional(),
  APPLICATIONINSIGHTS_CONNECTION_STRING: z.string().optional(),
} as const;

export type ConfigReading =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Environment -> configuration, or everything that is wrong with it at once. An empty variable counts as absent. */
export function readConfig(environment: Environment, mode: Mode): ConfigReading {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = z.object(settings).safeParse(given);
  if (!parsed.success) {
    return {
      ok: false,
      problems: parsed.error.issues.map((issue) => `${issue.path[0]?.toString() ?? ''}: ${issue.message}`),
    };
  }
  const values = parsed.data;
  const local = mode === 'local';
  const problems = mode === 'production' ? problemsOfBot(values) : [];
  if (values.HOPCHECK_ARM_ENDPOINT && values.HOPCHECK_AZURE === 'simulator') {
    problems.push('HOPCHECK_AZURE is "simulator" while HOPCHECK_ARM_ENDPOINT names another Azure: unset one of them');
  }
  const telemetry = readTelemetry(values, given, { onlyOtel: mode === 'terminal' });
  problems.push(...telemetry.problems);
  if (values.METRICS_PORT === values.PORT && values.PORT !== 0)
    problems.push(`METRICS_PORT is ${values.PORT}, and so is PORT: the metrics have a port of their own`);
  if (values.HOPCHECK_IDENTITY === 'user') problems.push(...problemsOfPeople(values, mode));
  if (problems.length > 0) return { ok: false, problems };
  const oauthConnection = values.HOPCHECK_IDENTITY === 'user' ? values.HOPCHECK_OAUTH_CONNECTION : undefined;
  const tokenService = values.HOPCHECK_TOKEN_SERVICE;
  const bot = local ? undefined : botOf(values);
  const tenants =
    values.HOPCHECK_TENANTS.length > 0 ? values.HOPCHECK_TENANTS : [values.MicrosoftAppTenantId ?? ''].filter(Boolean);
  return {
    ok: true,
    config: {
      local,
      host: local ? '127.0.0.1' : (values.HOST ?? '0.0.0.0'),
      port: values.PORT,
      ...(bot && { bot }),
      tenants,
      cloud: values.HOPCHECK_CLOUD,
      azure: azureOf(values, mode),
      subscriptions: values.HOPCHECK_SUBSCRIPTIONS,
      ...(values.HOPCHECK_GRANTS && { grantsFile: values.HOPCHECK_GRANTS }),
      ...(oauthConnection && { oauthConnection }),
      ...(oauthConnection && tokenService && { tokenService: new URL(tokenService).origin }),
      ...dataDirOf(values.HOPCHECK_DATA_DIR, mode),
      ...(values.DATABASE_URL && { databaseUrl: values.DATABASE_URL }),
      language: values.HOPCHECK_LANGUAGE,
      deadlineMs: values.HOPCHECK_DEADLINE_S * 1000,
      maxInFlight: values.HOPCHECK_MAX_IN_FLIGHT,
      slowMs: values.HOPCHECK_SLOW_MS,
      historyMs: values.HOPCHECK_HISTORY_DAYS * 24 * 3_600_000,
      logLevel: values.LOG_LEVEL,
      ...(telemetry.choice && { telemetry: telemetry.choice }),
    },
  };
}

/** A terminal has one identity, whose it is: the setting means nothing there. */
function problemsOfPeople(values: Values, mode: Mode): string[] {
  if (mode === 'local') {
    return [
      'HOPCHECK_IDENTITY is "user", and local mode has no Teams to sign in to: unset it, or start with "npm start"',
    ];
  }
  const problems: string[] = [];
  if (mode === 'production' && !values.HOPCHECK_OAUTH_CONNECTION) {
    problems.push(
      'HOPCHECK_OAUTH_CONNECTION is missing: with HOPCHECK_IDENTITY=user it names the OAuth connection of the Azure Bot resource',
    );
  }
  const { HOPCHECK_TOKEN_SERVICE: named, HOPCHECK_CLOUD: cloud } = values;
  if (named && !tokenServicesOf(cloud).includes(new URL(named).origin)) {
    problems.push(`HOPCHECK_TOKEN_SERVICE is none of ${cloud}: it has ${tokenServicesOf(cloud).join(', ')}`);
  }
  return problems;
}

function tokenServicesOf(cloud: CloudName): readonly string[] {
  const { tokenService, otherTokenServices } = botClouds[cloud];
  return [tokenService, ...otherTokenServices];
}

type Values = z.infer<z.ZodObject<typeof settings>>;

function problemsOfBot(values: Values): string[] {
  const problems: string[] = [];
  const type = values.MicrosoftAppType;
  if (!values.MicrosoftAppId) {
    problems.push(
      'MicrosoftAppId is missing, and is required outside local mode. Set it to the bot registration’s application id, or run "npm run demo"',
    );
  }
  if (!type)
    problems.push(
      'MicrosoftAppType is missing: SingleTenant, UserAssignedMSI or MultiTenant, as the bot is registered',
    );
  if (type !== 'MultiTenant' && !values.MicrosoftAppTenantId)
    problems.push('MicrosoftAppTenantId is missing: the tenant of the bot registration');
  if (type === 'MultiTenant' && values.HOPCHECK_TENANTS.length === 0) {
    problems.push('HOPCHECK_TENANTS is missing: a MultiTenant bot must name the tenants it serves');
  }
  problems.push(...(type === 'UserAssignedMSI' ? problemsOfManagedIdentity(values) : problemsOfProof(values)));
  return problems;
}

function problemsOfManagedIdentity(values: Values): string[] {
  const foreign = ['MicrosoftAppClientId', 'MicrosoftAppCertificatePath', 'MicrosoftAppPassword'] as const;
  return foreign
    .filter((name) => values[name])
    .map((name) => `${name} is set, but a UserAssignedMSI bot proves itself by its managed identity: unset it`);
}

function problemsOfProof(values: Values): string[] {
  if (values.MicrosoftAppCertificatePath) return problemsOfCertificate(values.MicrosoftAppCertificatePath);
  if (values.MicrosoftAppClientId || values.MicrosoftAppPassword) return [];
  return [
    'nothing proves that this is the bot: set MicrosoftAppClientId (a managed identity named in a federated credential), MicrosoftAppCertificatePath or MicrosoftAppPassword (the client secret)',
  ];
}

/** Read now, so that a wrong file is named at the start and not at the first message. */
function problemsOfCertificate(path: string): string[] {
  try {
    const text = readFileSync(path, 'utf8');
    const missing = ['CERTIFICATE', 'PRIVATE KEY'].filter(
      (part) => !new RegExp(`-----BEGIN [A-Z ]*${part}-----`).test(text),
    );
    return missing.map((part) => `MicrosoftAppCertificatePath: the file holds no ${part} in PEM form`);
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    return [`MicrosoftAppCertificatePath: the file cannot be read${why}`];
  }
}

function botOf(values: Values): BotIdentity | undefined {
  const { MicrosoftAppType: appType, MicrosoftAppId: appId } = values;
  const proof = proofOf(values);
  if (!appType || !appId || !proof) return undefined;
  return {
    appType,
    appId,
    ...(values.MicrosoftAppTenantId && { tenantId: values.MicrosoftAppTenantId }),
    proof,
    entraClaims: values.HOPCHECK_ENTRA_CLAIMS,
  };
}

/** Where several are set, the one whose loss costs least: no secret before a certificate before a shared secret. */
function proofOf(values: Values): BotProof | undefined {
  if (values.MicrosoftAppType === 'UserAssignedMSI') return { kind: 'managed identity' };
  if (values.MicrosoftAppClientId) return { kind: 'federated', clientId: values.MicrosoftAppClientId };
  if (values.MicrosoftAppCertificatePath) return { kind: 'certificate', path: values.MicrosoftAppCertificatePath };
  if (values.MicrosoftAppPassword) return { kind: 'secret', secret: values.MicrosoftAppPassword };
  return undefined;
}

/** Simulated answers must be asked for by name where they could be taken for real ones. */
function azureOf(values: Values, mode: Mode): AzureChoice {
  const simulated =
    values.HOPCHECK_AZURE === 'simulator' ||
    (values.HOPCHECK_AZURE === undefined && !values.HOPCHECK_ARM_ENDPOINT && mode !== 'production');
  if (simulated) return { kind: 'simulator', topology: values.HOPCHECK_TOPOLOGY, speed: values.HOPCHECK_SPEED };
  return {
    kind: 'azure',
    ...(values.HOPCHECK_ARM_ENDPOINT && { endpoint: values.HOPCHECK_ARM_ENDPOINT }),
    ...(values.HOPCHECK_ARM_AUDIENCE && { audience: values.HOPCHECK_ARM_AUDIENCE }),
    ...(values.AZURE_AUTHORITY_HOST && { authority: values.AZURE_AUTHORITY_HOST }),
  };
}

/** The demo's chat lives in memory, and so do its jobs unless a folder is named. */
function dataDirOf(given: string | undefined, mode: Mode): { readonly dataDir?: string } {
  if (given) return { dataDir: given };
  return mode === 'production' ? { dataDir: './data' } : {};
}
