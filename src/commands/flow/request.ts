import type { Locale } from '../../core/chat.ts';
import type { VmName } from '../../core/check.ts';
import { type Reading, read } from '../../core/errors.ts';
import type { CommandWords } from '../../language/commands.ts';
import { spell } from '../../language/keywords.ts';
import { printEndpoint } from '../../language/path-request.ts';
import { notUnderstood } from '../../language/reasons.ts';
import { withHelp } from '../../language/refusals.ts';
import { type Address, machineOrAddress, onePlace, readSome } from '../../language/single.ts';
import { type Token, tokenize } from '../../language/tokens.ts';

/** Would this packet pass the rules? At least one side is a machine where both are said. */
export type FlowRequest = {
  readonly source?: VmName | Address;
  readonly destination?: VmName | Address;
  readonly port?: number;
  readonly protocol?: 'Tcp' | 'Udp';
  readonly direction?: 'Inbound' | 'Outbound';
};

export const flowWords: CommandWords = { name: 'flow', words: ['flow', '流量', '流量验证', '流验证'] };

export function readFlow(words: readonly string[], locale?: Locale): Reading<FlowRequest> {
  const reread = (other: readonly string[]) => readTokens(tokenize(other));
  return withHelp(reread(words), { command: 'flow', words, locale, reread });
}

function readTokens(tokens: readonly Token[]): Reading<FlowRequest> {
  const said = readSome(tokens, ['ports', 'protocol', 'direction']);
  if (!said.ok) return said;
  const { ports, protocol, direction } = said.value;
  if (protocol !== undefined && protocol !== 'tcp' && protocol !== 'udp') return notUnderstood(protocol);
  const from = onePlace(said.value.sources);
  if (!from.ok) return from;
  if (from.value?.port !== undefined) return notUnderstood(from.value.typed, 'SOURCE_PORT');
  const to = onePlace(said.value.destinations);
  if (!to.ok) return to;
  const source = machineOrAddress(from.value);
  if (!source.ok) return source;
  const destination = machineOrAddress(to.value);
  if (!destination.ok) return destination;
  if (source.value?.kind === 'address' && destination.value?.kind === 'address')
    return notUnderstood(`${from.value?.typed}, ${to.value?.typed}`, 'NO_VM');
  const own = to.value?.port;
  const port = own ?? ports?.[0];
  if (ports && (ports.length > 1 || ports[0] !== port)) return notUnderstood(`port ${ports.join(',')}`, 'SECOND_PORT');
  return read({
    ...(source.value ? { source: source.value } : {}),
    ...(destination.value ? { destination: destination.value } : {}),
    ...(port === undefined ? {} : { port }),
    ...(protocol ? { protocol: protocol === 'tcp' ? 'Tcp' : 'Udp' } : {}),
    ...(direction ? { direction } : {}),
  });
}

export function printFlow(request: FlowRequest, locale: Locale = 'en'): string {
  const parts = [locale === 'zh' ? '流量' : 'flow'];
  if (request.source) parts.push(spell('from', locale), printEndpoint(request.source));
  if (request.destination) parts.push(spell('to', locale), printEndpoint(request.destination));
  if (request.port !== undefined) parts.push(spell('port', locale), String(request.port));
  if (request.protocol) parts.push(request.protocol.toLowerCase());
  if (request.direction) parts.push(spell(request.direction === 'Inbound' ? 'inbound' : 'outbound', locale));
  return parts.join(' ');
}
