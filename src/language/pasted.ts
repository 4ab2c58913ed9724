import { type Place, readPlace } from './endpoints.ts';
import type { PathRequest } from './path-request.ts';
import { readPort } from './ports.ts';
import { tokenize } from './tokens.ts';
import { unquote } from './words.ts';

/**
 * The destination of a pasted error message, or undefined where it names none. Only what the message says is taken: the
 * source is never in it, and a port that it does not name stays open.
 */
export function readPasted(words: readonly string[]): PathRequest | undefined {
  const keywords = tokenize(words.slice(0, longestMessage)).map((token) => token.keyword);
  if (opensSentence.has(keywords[0] ?? '')) return undefined;
  const text = words.map(unquote).join(' ').slice(0, longestMessage);
  if (!trouble.test(text)) return undefined;
  const isProse = !keywords.some((keyword) => keyword === 'from' || keyword === 'to' || keyword === 'arrow');
  for (const { form, alone } of forms) {
    if (alone && !isProse) continue;
    const found = form.exec(text)?.groups;
    if (!found) continue;
    const place = placeOf(found.place ?? '', found.port);
    if (place) return requestFor(place);
  }
  return undefined;
}

const longestMessage = 8192;

/** A message does not begin like a question to hopcheck. */
const opensSentence = new Set<string>(['from', 'to', 'vm', 'port', 'on', 'over', 'comma']);

const trouble =
  /refused|timed[ -]?out|time-?out|\bE(?:TIMEDOUT|CONN|HOSTUNREACH|NETUNREACH|NOTFOUND|AI_AGAIN)|unreachable|\bfail|could not|couldn't|unable to|can't|cannot|no route|exception|not resolve|no such host|not found|exceeded|error/i;

const host = String.raw`(?<place>\[[0-9a-fA-F:.]{2,45}\]|[A-Za-z0-9_][\w.-]{0,252})`;
const address = String.raw`(?: ?\([\w.-]{1,253}\))?(?:[ /|]{0,2}[([|/]{0,2}[0-9a-fA-F:.]{2,45}[)\]|]{0,2})?`;
const glued = String.raw`\s?:\s?(?<port>\d{1,5})\b`;
const spoken = String.raw`[,:]? \(?port[ =:]?(?<port>\d{1,5})\b`;

/** How tools spell a connection that failed; the more telling ones first. Each quantifier is bounded. */
const forms: readonly { readonly form: RegExp; readonly alone?: true }[] = [
  // Go: "dial tcp 10.1.4.4:5432: connect: connection refused", "read tcp 10.0.0.4:51000->10.1.4.4:80: i/o timeout"
  { form: new RegExp(`\\bdial (?:tcp|udp)[46]? ${host}${glued}`) },
  { form: new RegExp(`\\b(?:read|write) tcp[46]? \\S{1,80} -> ${host}${glued}`) },
  { form: new RegExp(`\\bdial tcp[46]?: lookup ${host}`) },
  // Node: "connect ETIMEDOUT 10.1.4.4:1433", "connect ECONNREFUSED ::1:5432", "getaddrinfo ENOTFOUND db0.internal"
  { form: /\bconnect E[A-Z]{3,20} (?<place>[\w.:-]{1,253}):(?<port>\d{1,5})\b/ },
  { form: new RegExp(`\\bgetaddrinfo E\\w{3,20} ${host}(?:${glued})?`) },
  // SQL Server: "tcp:foo.database.windows.net,1433", "Data Source=db0,1433"
  { form: new RegExp(`\\btcp:${host}(?: ?, ?(?<port>\\d{1,5})\\b)?`, 'i') },
  { form: new RegExp(`\\b(?:Data Source|Server(?: name)?) ?[=:] ?${host} ?, ?(?<port>\\d{1,5})\\b`, 'i') },
  // Python: "HTTPSConnectionPool(host='shop.example', port=443): Max retries exceeded"
  { form: new RegExp(`ConnectionPool\\(host='?${host}'? ?, ?port=(?<port>\\d{1,5})\\b`) },
  // nginx: "connect() failed … upstream: "http://10.1.4.4:8080/""
  { form: /\bupstream: ?(?<place>https?:\/\/[^\s,"']{1,2000})/ },
  // libpq: "Is the server running on host "db0" (10.1.4.4) and accepting TCP/IP connections on port 5432?"
  { form: new RegExp(`\\bon host ${host}${address} and accepting TCP/IP connections on port (?<port>\\d{1,5})\\b`) },
  { form: new RegExp(`\\b(?:resolve host(?:name)?|translate host name|UnknownHostException)[: ]{1,2}${host}`, 'i') },
  // MySQL: "Can't connect to MySQL server on 'db0:3306' (110)"
  { form: new RegExp(`\\bMySQL server on '?${host}(?:${glued})?`, 'i') },
  // Kafka: "Connection to node -1 (db0/10.1.4.4:9092) could not be established"
  { form: new RegExp(`\\bto node -?\\d{1,9} \\(${host}${address}${glued}`) },
  // curl, ssh, nc, wget, redis-cli, JDBC, kubectl, OkHttp, Test-NetConnection: "… connect(ing|ion) to … db0 port 80", "… db0:6379", "db0/10.1.4.4:8080"
  {
    form: new RegExp(
      `\\bconnect(?:ing|ion)? to (?:the )?(?:server (?:at )?|host |remote host |redis at )?[(/[]?${host}${address}(?:${spoken}|${glued})`,
      'i',
    ),
  },
  // "fatal: unable to access 'https://git.example/x/'", "Get "https://shop.example/": context deadline exceeded"
  {
    form: /(?<place>\b(?:https?|tcp|rediss?|amqps?|postgres(?:ql)?|mysql|mongodb|ldaps?|sqlserver):\/\/[^\s,"'<>]{1,2000})/i,
  },
  // .NET: "Connection refused (db0:443)"; netty: "Connection refused: db0/10.1.4.4:8080"
  { form: new RegExp(`\\(${host}${glued}\\)`) },
  {
    form: new RegExp(
      `(?:refused|timed out|timeout|unreachable|no route to host|failed)[:,]? (?:for |on |at )?/?${host}${address}${glued}`,
      'i',
    ),
  },
  // "10.1.4.4:1433 timed out"
  { form: new RegExp(`(?:^|[\\s'(/])${host}${glued}`), alone: true },
];

function placeOf(found: string, port: string | undefined): Place | undefined {
  const place = readPlace(withoutCredentials(found.replace(/[.:;)\]]+$/, (end) => (found.startsWith('[') ? end : ''))));
  if (!place.ok || place.value.endpoint.kind === 'tag') return undefined;
  if (port === undefined) return place.value;
  const read = readPort(port);
  return read.ok ? { ...place.value, port: read.value } : undefined;
}

function withoutCredentials(text: string): string {
  if (!text.includes('://') || !text.includes('@') || !URL.canParse(text)) return text;
  const url = new URL(text);
  return `${url.protocol}//${url.host}${url.pathname}`;
}

function requestFor({ endpoint, port }: Place): PathRequest {
  return {
    sources: [],
    destinations: endpoint.kind === 'tag' ? [] : [endpoint],
    ports: port === undefined || endpoint.kind === 'url' ? [] : [port],
  };
}
