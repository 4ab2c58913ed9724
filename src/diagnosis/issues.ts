import type { FindingCode } from './findings.ts';
import type { Issue } from './witness.ts';

/** What a code needs beside Azure's word, where several words share it. */
export type IssueReading = { readonly code: FindingCode; readonly facts?: Readonly<Record<string, string>> };

/** The spellings of Microsoft's table (April 2026), and of the specification's enum where it spells differently. Keys in lower case. */
export const issueReadings: Readonly<Record<string, IssueReading>> = {
  agentstopped: { code: 'AGENT_STOPPED' },
  guestfirewall: { code: 'GUEST_FIREWALL' },
  dnsresolution: { code: 'DNS_FAILED' },
  socketerror: { code: 'SOCKET_FAILED' },
  socketbind: { code: 'SOCKET_FAILED' },
  portthrottled: { code: 'PORT_THROTTLED' },
  userdefinedroute: { code: 'ROUTE_NONE' },
  platform: { code: 'AZURE_PLATFORM' },
  systemerror: { code: 'AZURE_PLATFORM' },
  networkerror: { code: 'NETWORK_ERROR' },
  cpu: { code: 'CPU_HIGH' },
  memory: { code: 'MEMORY_HIGH' },
  arpmissing: { code: 'ARP_MISSING' },
  routemissing: { code: 'ROUTE_MISSING' },
  noroutelearned: { code: 'ROUTE_MISSING' },
  vmrebooting: { code: 'VM_NOT_READY', facts: { state: 'rebooting' } },
  vmstarting: { code: 'VM_NOT_READY', facts: { state: 'starting' } },
  vmnotallocated: { code: 'VM_STOPPED', facts: { state: 'deallocated' } },
  vmstopped: { code: 'VM_STOPPED', facts: { state: 'stopped' } },
  vmstopping: { code: 'VM_STOPPED', facts: { state: 'stopping' } },
  vmdeallocating: { code: 'VM_STOPPED', facts: { state: 'deallocating' } },
  vmdeallocated: { code: 'VM_STOPPED', facts: { state: 'deallocated' } },
  nolistenerondestination: { code: 'NO_LISTENER' },
  dipprobedown: { code: 'BACKEND_DOWN' },
  peeringinfonotfound: { code: 'PEERING_UNKNOWN' },
  udrloop: { code: 'ROUTE_LOOP' },
  ipforwardingnotenabled: { code: 'IP_FORWARDING_OFF' },
  vnetaccessnotallowed: { code: 'PEERING_NO_ACCESS' },
  allowgatewaytransitnotenabled: { code: 'GATEWAY_TRANSIT_OFF' },
  useremotegatewaysnotenabled: { code: 'REMOTE_GATEWAYS_OFF' },
  multinicsinsamesubnet: { code: 'MULTIPLE_NICS' },
  multinicsinsamesubnetwithweakhostsendenabled: { code: 'MULTIPLE_NICS' },
  multinicsinsamesubnetwithweakhostenabled: { code: 'MULTIPLE_NICS' },
  standardilboutboundinternetnotallowed: { code: 'NO_OUTBOUND_INTERNET' },
  basicilbnotsupportedwithglobalpeering: { code: 'BASIC_LB_GLOBAL_PEERING' },
  sourceportinuse: { code: 'SOURCE_PORT_IN_USE' },
  invalidresponsefromserver: { code: 'DNS_ANSWER_WRONG' },
  dnsresponsevalidationfailed: { code: 'DNS_ANSWER_WRONG' },
  unsupportedsystem: { code: 'PROBE_UNSUPPORTED' },
  incompletetopology: { code: 'PATH_UNKNOWN' },
  tracerouteunavailable: { code: 'PATH_UNKNOWN' },
  destinationunreachable: { code: 'DESTINATION_UNREACHABLE' },
  destinationpartiallyreachable: { code: 'PARTLY_REACHABLE' },
  gatewaynotprovisioned: { code: 'GATEWAY_NOT_READY' },
  virtualhubnotprovisioned: { code: 'GATEWAY_NOT_READY' },
  resourcehealthunavailable: { code: 'RESOURCE_UNHEALTHY', facts: { health: 'unavailable' } },
  resourcehealthdegraded: { code: 'RESOURCE_UNHEALTHY', facts: { health: 'degraded' } },
  statuscodevalidationfailed: { code: 'HTTP_ANSWER_WRONG', facts: { part: 'status' } },
  headervalidationfailed: { code: 'HTTP_ANSWER_WRONG', facts: { part: 'header' } },
  contentvalidationfailed: { code: 'HTTP_ANSWER_WRONG', facts: { part: 'content' } },
  noconnectionconfigured: { code: 'CONNECTION_DOWN', facts: { state: 'missing' } },
  connectionstatedisconnected: { code: 'CONNECTION_DOWN', facts: { state: 'disconnected' } },
  bgproutepropogationdisabled: { code: 'BGP_ROUTES_OFF' },
  bgproutepropagationdisabled: { code: 'BGP_ROUTES_OFF' },
  unexpectedvirtualnetworkgatewayconnection: { code: 'UNEXPECTED_GATEWAY' },
};

/** Which finding an issue of the connectivity check stands for. `last` = the issue sits on the last hop of the path. */
export function readIssueType(issue: Issue, last: boolean): IssueReading {
  const type = issue.type.trim().toLowerCase();
  if (type === 'networksecurityrule') {
    const origin = issue.origin.toLowerCase();
    const inbound = origin === 'inbound' || (origin !== 'outbound' && last);
    return { code: inbound ? 'NSG_DENY_IN' : 'NSG_DENY_OUT' };
  }
  return Object.hasOwn(issueReadings, type) && issueReadings[type] ? issueReadings[type] : { code: 'UNKNOWN_ISSUE' };
}

export function contextOf(issue: Issue, key: string): string | undefined {
  return issue.context.find((pair) => pair.key.toLowerCase() === key.toLowerCase())?.value.trim() || undefined;
}
