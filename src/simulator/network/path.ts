import type { FilterDecision } from './nsg.ts';
import type { Route } from './routes.ts';
import type {
  Connection,
  Gateway,
  Host,
  IpConfiguration,
  Machine,
  NetworkInterface,
  NextHopType,
  Peering,
  PrivateEndpoint,
  VirtualNetwork,
} from './topology.ts';

/** Where a packet stands. */
export type Stand =
  | { readonly kind: 'nic'; readonly configuration: IpConfiguration }
  | { readonly kind: 'endpoint'; readonly endpoint: PrivateEndpoint }
  | { readonly kind: 'gateway'; readonly gateway: Gateway }
  | { readonly kind: 'host'; readonly host: Host }
  /** No resource of the estate and no known host owns the address. */
  | { readonly kind: 'nowhere' };

/** What stops a packet. Each is one reason, with the thing that is to blame. */
export type Stop =
  | { readonly kind: 'denied'; readonly direction: 'Inbound' | 'Outbound'; readonly decision: FilterDecision }
  | { readonly kind: 'routeNone'; readonly route: Route }
  | { readonly kind: 'noRoute' }
  | { readonly kind: 'noSuchAddress' }
  | { readonly kind: 'loop'; readonly route: Route }
  | { readonly kind: 'noAppliance'; readonly route: Route }
  | { readonly kind: 'forwardingOff'; readonly nic: NetworkInterface }
  | { readonly kind: 'guestDoesNotForward'; readonly machine: Machine }
  | { readonly kind: 'foreignState'; readonly machine: Machine }
  | { readonly kind: 'peeringNoAccess'; readonly peering: Peering }
  | { readonly kind: 'peeringNoForwarded'; readonly peering: Peering }
  | { readonly kind: 'peeringMissing'; readonly vnet: VirtualNetwork }
  | { readonly kind: 'noGateway'; readonly route: Route }
  | { readonly kind: 'notConnected'; readonly connection: Connection; readonly gateway: Gateway }
  | { readonly kind: 'notRunning'; readonly machine: Machine }
  | { readonly kind: 'guestFirewall'; readonly machine: Machine }
  | { readonly kind: 'noListener' }
  | { readonly kind: 'noAnswer' };

export type Hop = {
  readonly stand: Stand;
  readonly addressText: string;
  /** How the packet came here; absent at the source. */
  readonly arrivedBy?: NextHopType;
  readonly inbound?: FilterDecision;
  readonly outbound?: FilterDecision;
  /** The route taken out of here. */
  readonly route?: Route;
  readonly stops: readonly Stop[];
};
