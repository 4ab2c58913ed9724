import type { Locale } from '../core/chat.ts';
import { type MessageKey, say } from '../language/say.ts';
import { clip } from './card-parts.ts';

const kinds: ReadonlyMap<string, { readonly icon: string; readonly word: MessageKey }> = new Map(
  Object.entries({
    source: { icon: 'machine', word: 'card.hop.source' },
    destination: { icon: 'target', word: 'card.hop.destination' },
    virtualmachine: { icon: 'machine', word: 'card.hop.virtualMachine' },
    virtualappliance: { icon: 'appliance', word: 'card.hop.virtualAppliance' },
    vnetlocal: { icon: 'network', word: 'card.hop.virtualNetwork' },
    virtualnetwork: { icon: 'network', word: 'card.hop.virtualNetwork' },
    vnetpeering: { icon: 'network', word: 'card.hop.peering' },
    internet: { icon: 'internet', word: 'card.hop.internet' },
    virtualnetworkgateway: { icon: 'gateway', word: 'card.hop.gateway' },
    none: { icon: 'dropped', word: 'card.hop.none' },
  } as const),
);

/** The picture and the word for Azure's type of a hop or next hop; a type that is not known is shown as Azure says it. */
export function hopKind(type: string, locale: Locale): { readonly icon: string; readonly word: string } {
  const kind = kinds.get(type.toLowerCase());
  const word = kind ? say(locale, kind.word) : clip(type, 40) || say(locale, 'card.hop.unknown');
  return { icon: `icon:${kind?.icon ?? 'unknown'}`, word };
}
