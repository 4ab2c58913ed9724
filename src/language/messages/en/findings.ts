/**
 * Sentences of `diagnosis/findings.ts`. What fills them is listed in `diagnosis/describe.ts`; `explained` is `yes` where a blocker named above
 * already accounts for this.
 */
export const findings = {
  'diagnosis.rule.plain': '{name}',
  'diagnosis.rule.priority': '{name} (priority {priority})',
  'diagnosis.rule.reported': '{name} (reported as {reportedAs})',
  'diagnosis.rule.both': '{name} (reported as {reportedAs}, priority {priority})',

  'diagnosis.state.stopped': 'stopped',
  'diagnosis.state.stopping': 'stopping',
  'diagnosis.state.deallocated': 'stopped (deallocated)',
  'diagnosis.state.deallocating': 'stopping (deallocating)',
  'diagnosis.state.starting': 'starting',
  'diagnosis.state.rebooting': 'restarting',
  'diagnosis.witness.preflight': 'the state of the machines',
  'diagnosis.witness.probe': 'the probe',
  'diagnosis.witness.nsg': 'the security group diagnosis',
  'diagnosis.witness.nexthop': 'the next hop lookup',
  'diagnosis.witness.rules': 'the configuration',
  'diagnosis.nextHop.virtualappliance': 'an appliance',
  'diagnosis.nextHop.vnetlocal': 'the virtual network itself',
  'diagnosis.nextHop.virtualnetwork': 'the virtual network itself',
  'diagnosis.nextHop.vnetpeering': 'a peered virtual network',
  'diagnosis.nextHop.virtualnetworkpeering': 'a peered virtual network',
  'diagnosis.nextHop.internet': 'the internet',
  'diagnosis.nextHop.virtualnetworkgateway': 'a virtual network gateway',
  'diagnosis.nextHop.hypernetgateway': 'a gateway of the platform',
  'diagnosis.nextHop.none': 'None (dropped)',

  'diagnosis.change.verdict': '{to}; it was {from}.',
  'diagnosis.change.appeared': 'New: {cause}',
  'diagnosis.change.gone': 'Gone: {cause}',
  'diagnosis.change.path': 'Another path: {to} (it was {from}).',
  'diagnosis.change.latency': 'Average {toMs} ms; it was {fromMs} ms.',
  'diagnosis.change.loss': '{toPercent} % of the probes lost; it was {fromPercent} %.',

  'finding.WITNESSES_DISAGREE.message':
    '{kind, select, rule {Rule {rule} denies {traffic} at {at}, says {witness}; yet {passed} of {sent} probes got through.} route {The route at {at} leads nowhere, says {witness}; yet {passed} of {sent} probes got through.} stopped {{at} is {state}, says Azure; yet {passed} of {sent} probes were answered.} blamed {The probe blames rule {rule} at {at}; asked about the same place, {witness} says the traffic is allowed.} routed {The probe says the route at {at} leads nowhere; asked about the same place, {witness} says the next hop is {nextHop}.} other {Two accounts of {at} exclude each other.}}',
  'finding.WITNESSES_DISAGREE.advice':
    'Trust neither yet. Run the check again: a change made in the last minutes shows up in one account before the other. If they still disagree, compare the state, the effective rules and the routes of {at}, and ask whether something in between answers in its place.',
  'finding.PROBE_CONTRADICTS_ITSELF.message':
    'Azure calls the connection {status}, but counts {failed} of {sent} probes as failed. Both cannot be true.',
  'finding.PROBE_CONTRADICTS_ITSELF.advice':
    'Run the check again. If it stays like this, try the connection from the source itself and report the request id to Azure support.',

  'finding.VM_STOPPED.message':
    '{side, select, source {The source {at} is {state}, so nothing could be sent from it.} destination {The destination {at} is {state}, so nothing there can answer.} other {{at} is {state}, so it passes nothing on.}}',
  'finding.VM_STOPPED.advice':
    '{hasFix, select, yes {Start it and check again: {fix}} other {Start it and check again.}}',
  'finding.VM_NOT_READY.message':
    '{side, select, source {The source {at} is {state} and cannot probe yet.} other {{at} is {state} and not ready for traffic yet.}}',
  'finding.VM_NOT_READY.advice': 'Wait until it runs, a minute or two, then check again.',
  'finding.NO_WATCHER.message':
    'There is no Network Watcher in {region}, the region of the source {at}. Without one Azure runs no probe there.',
  'finding.NO_WATCHER.advice':
    '{hasFix, select, yes {Enable it once for the region: {fix}} other {Enable Network Watcher for the region of the source.}}',
  'finding.AGENT_MISSING.message':
    'The source {at} has no Network Watcher agent, and the probe is sent by that agent. The destination needs none.',
  'finding.AGENT_MISSING.advice':
    '{hasFix, select, yes {Install the extension on the source; no restart is needed: {fix}} other {Install the Network Watcher agent extension on the source; no restart is needed.}}',
  'finding.AGENT_STOPPED.message':
    'The Network Watcher agent on the source {at} does not answer, so it sent no probe or could not finish.',
  'finding.AGENT_STOPPED.advice':
    'Restart the agent or the machine, and see that it may reach 169.254.169.254 port 80 and 168.63.129.16 port 8037. If that does not help, remove the extension and install it again.',
  'finding.PROBE_UNSUPPORTED.message': 'The agent on {at} cannot run this kind of probe on its operating system.',
  'finding.PROBE_UNSUPPORTED.advice': 'Check with TCP instead, or from another source whose system the agent supports.',
  'finding.SOCKET_FAILED.message':
    'The agent on {at} could not open the local socket that the probe needs{hasDetail, select, yes { ({detail})} other {}}.',
  'finding.SOCKET_FAILED.advice':
    'Another process may hold it, or the machine is out of ports. Look at the open sockets on the source, then check again.',
  'finding.SOURCE_PORT_IN_USE.message':
    'The local port that the agent on {at} picked was still closing from an earlier connection.',
  'finding.SOURCE_PORT_IN_USE.advice': 'Wait two minutes and check again.',
  'finding.PORT_THROTTLED.message': 'The probes to this port were throttled at {at}, so the counts say little.',
  'finding.PORT_THROTTLED.advice': 'Wait a few minutes, then check again with nothing else probing the same port.',

  'finding.NSG_DENY_OUT.message':
    '{hasRule, select, yes {Rule {rule}{hasGroup, select, yes { of {group}} other {}} denies {traffic} on its way out of {at}.} other {A network security group{hasGroup, select, yes { ({group})} other {}} denies {traffic} on its way out of {at}.}}',
  'finding.NSG_DENY_OUT.advice':
    '{isDefault, select, yes {This is a rule that every security group ends with: no earlier rule allows the traffic. If it should pass, add an outbound allow rule for it; priorities run from 100 to 4096.} other {If this traffic should pass, change that rule, or add an outbound allow rule with a smaller priority number in the same security group.}}',
  'finding.NSG_DENY_IN.message':
    '{hasRule, select, yes {Rule {rule}{hasGroup, select, yes { of {group}} other {}} denies {traffic} on its way into {at}.} other {A network security group{hasGroup, select, yes { ({group})} other {}} denies {traffic} on its way into {at}.}}',
  'finding.NSG_DENY_IN.advice':
    '{isDefault, select, yes {This is a rule that every security group ends with: no earlier rule allows the traffic. If it should pass, add an inbound allow rule for it; priorities run from 100 to 4096.} other {If this traffic should pass, change that rule, or add an inbound allow rule with a smaller priority number in the same security group.}}',
  'finding.ROUTE_NONE.message':
    '{hasTable, select, yes {At {at} a route of table {table}{hasRoute, select, yes { ({route})} other {}} sends this traffic to None: it is dropped.} other {{custom, select, yes {At {at} a user-defined route sends this traffic to None: it is dropped.} other {At {at} the route for this traffic has the next hop None: it is dropped.}}}}',
  'finding.ROUTE_NONE.advice':
    'Correct that route, or associate the subnet with a route table that has a working route to the destination.',
  'finding.RETURN_ROUTE_NONE.message':
    '{hasTable, select, yes {The way back is cut: at {at} a route of table {table} sends replies to None.} other {The way back is cut: at {at} the route towards the source has the next hop None.}}',
  'finding.RETURN_ROUTE_NONE.advice':
    'Correct the route table of the destination subnet, so that replies find their way to the source.',
  'finding.ROUTE_LOOP.message':
    'Routes lead in a circle at {at}: the next hop is the hop itself or one already passed.',
  'finding.ROUTE_LOOP.advice':
    'Correct the user-defined route: its next hop must be another machine than the one that holds it.',
  'finding.ROUTE_USER_DEFINED.message': 'Azure blames a user-defined route at {at}; the next hop there is {nextHop}.',
  'finding.ROUTE_USER_DEFINED.advice': 'See whether that next hop runs and forwards the traffic, or correct the route.',
  'finding.PEERING_NO_ACCESS.message': 'The peering of the two virtual networks at {at} does not let traffic across.',
  'finding.PEERING_NO_ACCESS.advice': 'Allow access to the remote virtual network on both sides of the peering.',
  'finding.IP_FORWARDING_OFF.message':
    'Traffic is routed through {at}, but IP forwarding is off on its network interface: it drops what is not its own.',
  'finding.IP_FORWARDING_OFF.advice':
    '{hasFix, select, yes {Turn on IP forwarding on the interface, and in its operating system too: {fix}} other {Turn on IP forwarding on the interface, and in its operating system too.}}',
  'finding.GATEWAY_TRANSIT_OFF.message':
    'The peering on the gateway side does not lend its gateway, so traffic at {at} cannot leave through it.',
  'finding.GATEWAY_TRANSIT_OFF.advice': 'Allow gateway transit on the hub side of the peering.',
  'finding.REMOTE_GATEWAYS_OFF.message':
    'The peering on the spoke side does not use the remote gateway, so traffic at {at} does not find it.',
  'finding.REMOTE_GATEWAYS_OFF.advice': 'Turn on the use of remote gateways on the spoke side of the peering.',
  'finding.NO_OUTBOUND_INTERNET.message':
    '{at} stands behind an internal Standard load balancer, which gives no way out to the internet.',
  'finding.NO_OUTBOUND_INTERNET.advice':
    'Give the subnet a NAT gateway, the machine a public address, or the load balancer an outbound rule.',
  'finding.BASIC_LB_GLOBAL_PEERING.message':
    'A Basic internal load balancer at {at} cannot be reached across a peering between regions.',
  'finding.BASIC_LB_GLOBAL_PEERING.advice':
    'Move it to a Standard load balancer, or reach the machines behind it directly.',

  'finding.DNS_FAILED.message': 'The name {destination} could not be resolved on {at}.',
  'finding.DNS_FAILED.advice':
    'Check the spelling and the DNS servers of the virtual network (private zones must be linked to it), or check the address itself.',
  'finding.DNS_ANSWER_WRONG.message': 'The DNS server answered {at}, but not with a usable record.',
  'finding.DNS_ANSWER_WRONG.advice': 'Look the name up on the source (nslookup) and correct the zone or the forwarder.',
  'finding.ROUTE_MISSING.message':
    '{explained, select, yes {Azure also finds no usable route at {at}; the blocking route above accounts for that.} other {At {at} there is no route to the destination.}}',
  'finding.ROUTE_MISSING.advice':
    '{explained, select, yes {Correct the route first, then check again.} other {Associate the source subnet with a route table that leads there, or see why the route is not learned (peering, gateway, virtual hub).}}',
  'finding.BGP_ROUTES_OFF.message':
    'The route table at {at} does not take over routes learned by BGP, so on-premises destinations are unknown there.',
  'finding.BGP_ROUTES_OFF.advice':
    'Turn on the propagation of gateway routes in that route table, or add the route by hand.',
  'finding.PEERING_UNKNOWN.message': 'Azure could not read the peering of the virtual networks at {at}.',
  'finding.PEERING_UNKNOWN.advice': 'See that the peering exists on both sides and is connected.',
  'finding.GATEWAY_NOT_READY.message': 'The gateway or virtual hub at {at} is not provisioned, so it carries nothing.',
  'finding.GATEWAY_NOT_READY.advice': 'Wait until its provisioning has succeeded, or repair it; then check again.',
  'finding.CONNECTION_DOWN.message':
    '{state, select, missing {No connection is configured at {at} towards the destination.} other {The connection at {at} is disconnected.}}',
  'finding.CONNECTION_DOWN.advice':
    'Look at the gateway connection: both ends, the shared key, and the device on the other side.',
  'finding.ARP_MISSING.message': 'The ExpressRoute edge at {at} has no complete ARP entry for its neighbour.',
  'finding.ARP_MISSING.advice':
    'Read the ARP table of the circuit and ask the connectivity provider to check layer 2 and the edge addresses.',
  'finding.BACKEND_DOWN.message': 'The load balancer counts {at} as down: its health probe gets no answer.',
  'finding.BACKEND_DOWN.advice':
    'Make the health probe succeed: the service must listen on its port, and 168.63.129.16 must be let in.',
  'finding.RESOURCE_UNHEALTHY.message':
    '{health, select, degraded {Azure Resource Health reports {at} as degraded.} other {Azure Resource Health reports {at} as unavailable.}}',
  'finding.RESOURCE_UNHEALTHY.advice':
    'Open Resource health of that resource: it says since when, and whether Azure or somebody here caused it.',
  'finding.AZURE_PLATFORM.message':
    'Azure reports a problem of its own platform at {at}{hasDetail, select, yes { ({detail})} other {}}.',
  'finding.AZURE_PLATFORM.advice': 'Look at Azure Service Health for the region, and check again in a few minutes.',
  'finding.HTTP_ANSWER_WRONG.message':
    '{part, select, status {The server at {destination} answered, but with a status code that was not expected{hasDetail, select, yes { ({detail})} other {}}.} header {The server at {destination} answered, but without the expected headers.} other {The server at {destination} answered, but not with the expected content.}}',
  'finding.HTTP_ANSWER_WRONG.advice':
    'The network works. Look at the service itself, or ask with the status codes that are right for it (expecting 200,204).',
  'finding.UNKNOWN_ISSUE.message':
    'Azure reports "{type}" at {at}{hasDetail, select, yes { ({detail})} other {}}. This check does not know that word yet.',
  'finding.UNKNOWN_ISSUE.advice':
    'Search for the word in the Network Watcher documentation; the raw answer holds all that Azure said.',
  'finding.ASYMMETRIC_ROUTE.message':
    '{way, select, there {The traffic goes to the destination through {nextHop}, but replies from {at} take another way ({nextHopBack}).} other {Replies from {at} go through {nextHopBack}, but the traffic takes another way to it ({nextHop}).}} A stateful firewall drops what it sees only one half of.',
  'finding.ASYMMETRIC_ROUTE.advice':
    'Give both subnets routes through the same appliance, or let the appliance translate the source address.',

  'finding.NO_LISTENER.message':
    '{explained, select, yes {Azure also saw nothing listening for {traffic} on {at}; what is blocked above accounts for that.} other {Azure sees nothing listening for {traffic} on {at}.}}',
  'finding.NO_LISTENER.advice':
    '{explained, select, yes {Clear what blocks first, then check again.} other {Start the service, or see which port and address it listens on (ss -ltn on Linux, netstat -an on Windows): 127.0.0.1 is not enough. If it does listen, look at what lies between: Azure says this of a cut peering too.}}',
  'finding.GUEST_FIREWALL.message':
    '{explained, select, yes {Azure also suspects the firewall inside {at}; what is blocked above accounts for that.} other {Azure takes it that a firewall inside {at} drops {traffic}.}}',
  'finding.GUEST_FIREWALL.advice':
    '{explained, select, yes {Clear what blocks first, then check again.} other {Let {traffic} in through Windows Firewall, iptables, nftables or firewalld on that machine.}}',
  'finding.NO_CAUSE_REPORTED.message':
    'All {sent} probes failed and Azure names no cause.{nsgSource, select, Allow { Security groups let the traffic out of the source.} other {}}{nsgDestination, select, Allow { Security groups let the traffic into the destination.} other {}}{hasNextHop, select, yes { The next hop from the source is {nextHop}.} other {}}',
  'finding.NO_CAUSE_REPORTED.advice':
    'Look where Azure cannot see: is the destination running, does the service listen, does its own firewall or an appliance in between drop the traffic, does the way back exist? Check the next hop both ways and the effective rules of the destination.',
  'finding.ALLOW_RULE_BLAMED.message':
    'Azure names rule {rule}{hasGroup, select, yes { of {group}} other {}} at {at}, but that rule allows the traffic: it is not what blocks.',
  'finding.ALLOW_RULE_BLAMED.advice':
    'Look at the other security group of that interface or subnet, and at the hops after it.',
  'finding.DESTINATION_UNREACHABLE.message':
    '{explained, select, yes {The agent did not reach the destination; what is blocked above accounts for that.} other {The agent on the source did not reach the destination{hasDetail, select, yes { ({detail})} other {}}.}}',
  'finding.DESTINATION_UNREACHABLE.advice':
    '{explained, select, yes {Clear what blocks first, then check again.} other {Check the next hop from the source, and the security rules and the service at the destination.}}',
  'finding.NETWORK_ERROR.message':
    '{explained, select, yes {The connection failed at {at}; what is blocked above accounts for that.} other {The connection failed at {at}{hasDetail, select, yes { ({detail})} other {}}.}}',
  'finding.NETWORK_ERROR.advice':
    '{explained, select, yes {Clear what blocks first, then check again.} other {Check again; if it stays, look at the service, the firewalls in between and the way back.}}',
  'finding.PATH_UNKNOWN.message': 'Azure could not draw the whole path; what lies beyond {at} is not known.',
  'finding.PATH_UNKNOWN.advice': 'Ask for the next hop from both ends to fill the gap, or check again.',
  'finding.PROBE_NOT_RUN.message':
    '{reason, select, AZURE_FORBIDDEN {No probe was sent: Azure does not permit this identity to run the check.} AZURE_UNAUTHORIZED {No probe was sent: Azure did not accept the sign-in.} AZURE_THROTTLED {No probe was sent: Azure asks for fewer requests.} AZURE_BUSY {No probe was sent: Azure is still busy with another check on the same machines.} AZURE_CONFLICT {No probe was sent: Azure is still busy with another operation.} AZURE_UNREACHABLE {No probe was sent: Azure could not be reached.} AZURE_MALFORMED {Azure answered the probe with something that cannot be read.} NO_RESULT {The probe gave no result in time.} CANCELLED {The probe was not waited for.} none {Azure sent no probe and gave no result.} other {No probe result: Azure refused or failed ({reason}).{hasDetail, select, yes { It said: {detail}} other {}}}}',
  'finding.PROBE_NOT_RUN.advice':
    '{reason, select, AZURE_FORBIDDEN {{hasAction, select, yes {Grant the identity {action} on the network watcher, then check again.} other {Grant the identity the right to run connectivity checks, then check again.}}} AZURE_UNAUTHORIZED {See that the identity of this bot is valid in the tenant of the subscription.} AZURE_THROTTLED {Wait a few minutes, then check again.} AZURE_BUSY {Wait a minute, then check again.} AZURE_CONFLICT {Wait a minute, then check again.} none {See that the source runs and that its Network Watcher agent answers, then check again.} other {Check again. What the other witnesses say stands below.}}',

  'finding.PROXY_ANSWERED.message':
    'The connection was accepted, but the way leads through the appliance {at}: on port {port} a firewall may answer in place of the target. Accepted by the firewall, target unproven.',
  'finding.PROXY_ANSWERED.advice':
    'Check again as {scheme}: an answer of the service itself proves that the target was reached.',
  'finding.LOSS.message': '{failed} of {sent} probes were lost ({percent} %).',
  'finding.LOSS.advice':
    'Check again to see whether it lasts. Look at the load of both machines and of what lies between them.',
  'finding.HIGH_LATENCY.message':
    'The average round trip is {avgMs} ms, more than the {slowMs} ms that count as slow here.',
  'finding.HIGH_LATENCY.advice':
    'Look at the hop with the largest time, at the distance between the regions and at the load of the machines.',
  'finding.PARTLY_REACHABLE.message': 'Only a part of the paths to the destination works.',
  'finding.PARTLY_REACHABLE.advice':
    'Where several appliances or gateways share the traffic, one of them drops it: check each next hop.',
  'finding.CPU_HIGH.message':
    'The processor of {at} is busy{hasUsage, select, yes { ({usage})} other {}}, which can delay or drop probes.',
  'finding.CPU_HIGH.advice': 'See what uses it, or choose a larger size; then check again.',
  'finding.MEMORY_HIGH.message':
    'The memory of {at} is nearly used up{hasUsage, select, yes { ({usage})} other {}}, which can delay or drop probes.',
  'finding.MEMORY_HIGH.advice': 'See what uses it, or choose a larger size; then check again.',
  'finding.MULTIPLE_NICS.message':
    '{at} has several interfaces in one subnet: replies may leave by another one than the request came in.',
  'finding.MULTIPLE_NICS.advice': 'Use one interface a subnet, or policy routing in the operating system.',
  'finding.UNEXPECTED_GATEWAY.message': 'A gateway connection lies on the path at {at} where none was expected.',
  'finding.UNEXPECTED_GATEWAY.advice':
    'See whether a route or a peering sends this traffic through the gateway by mistake.',
  'finding.NSG_ALLOW.message':
    '{hasRule, select, yes {Rule {rule}{hasGroup, select, yes { of {group}} other {}} allows {traffic} {direction, select, Inbound {into} other {out of}} {at}.} other {Security groups allow {traffic} {direction, select, Inbound {into} other {out of}} {at}.}}',
  'finding.NSG_ALLOW.advice': 'Nothing to do here.',
  'finding.NSG_NONE.message':
    'No security group filters {traffic} {direction, select, Inbound {into} other {out of}} {at}.',
  'finding.NSG_NONE.advice': 'Nothing to do here, unless something should be filtered.',
  'finding.NEXT_HOP.message':
    'The next hop from {at} is {nextHop}{hasTable, select, yes {, by route table {table}} other {, by a system route}}.',
  'finding.NEXT_HOP.advice': 'Nothing to do here.',

  'assumption.SINGLE_BURST': 'One burst of probes at one moment: what comes and goes is not seen.',
  'assumption.PORT_ONLY': 'A TCP connection was accepted; what the application says was not asked.',
  'assumption.ICMP_DEPRIORITISED': 'ICMP is often answered late or not at all, even where TCP works.',
  'assumption.AGENT_VIEW':
    'Measured by the agent on the source; an application there may use another interface, proxy or DNS server.',
  'assumption.NAME_RESOLVED_BY_AGENT': 'The name was resolved by the source; other machines may get another address.',
  'assumption.RETURN_PATH_NOT_PROVEN': 'The way back from the destination was not proven.',
  'assumption.CONFIGURATION_ONLY': 'Concluded from rules, routes and machine states; no probe has confirmed it.',
} as const;
