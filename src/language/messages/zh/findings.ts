import type { findings as en } from '../en/findings.ts';

export const findings: Readonly<Record<keyof typeof en, string>> = {
  'diagnosis.rule.plain': '{name}',
  'diagnosis.rule.priority': '{name}（优先级 {priority}）',
  'diagnosis.rule.reported': '{name}（Azure 记作 {reportedAs}）',
  'diagnosis.rule.both': '{name}（Azure 记作 {reportedAs}，优先级 {priority}）',

  'diagnosis.state.stopped': '已停止',
  'diagnosis.state.stopping': '正在停止',
  'diagnosis.state.deallocated': '已停止（已解除分配）',
  'diagnosis.state.deallocating': '正在停止（正在解除分配）',
  'diagnosis.state.starting': '正在启动',
  'diagnosis.state.rebooting': '正在重启',
  'diagnosis.witness.preflight': '虚拟机状态',
  'diagnosis.witness.probe': '探测',
  'diagnosis.witness.nsg': '安全组诊断',
  'diagnosis.witness.nexthop': '下一跃点查询',
  'diagnosis.witness.rules': '配置',
  'diagnosis.nextHop.virtualappliance': '网络设备',
  'diagnosis.nextHop.vnetlocal': '虚拟网络内部',
  'diagnosis.nextHop.virtualnetwork': '虚拟网络内部',
  'diagnosis.nextHop.vnetpeering': '对等虚拟网络',
  'diagnosis.nextHop.virtualnetworkpeering': '对等虚拟网络',
  'diagnosis.nextHop.internet': '互联网',
  'diagnosis.nextHop.virtualnetworkgateway': '虚拟网络网关',
  'diagnosis.nextHop.hypernetgateway': '平台网关',
  'diagnosis.nextHop.none': '无（丢弃）',

  'diagnosis.change.verdict': '现为{to}，之前为{from}。',
  'diagnosis.change.appeared': '新出现：{cause}',
  'diagnosis.change.gone': '已消失：{cause}',
  'diagnosis.change.path': '路径已改变：{to}（之前为 {from}）。',
  'diagnosis.change.latency': '平均 {toMs} 毫秒，之前为 {fromMs} 毫秒。',
  'diagnosis.change.loss': '探测丢失 {toPercent}%，之前为 {fromPercent}%。',

  'finding.WITNESSES_DISAGREE.message':
    '{kind, select, rule {{witness}表明规则 {rule} 在 {at} 拒绝 {traffic}，但 {sent} 个探测中有 {passed} 个通过了。} route {{witness}表明 {at} 的路由不通向任何地方，但 {sent} 个探测中有 {passed} 个通过了。} stopped {{at} {state}，但 {sent} 个探测中有 {passed} 个得到了应答。} blamed {探测归因于 {at} 的规则 {rule}；但对同一位置，{witness}表明流量是允许的。} routed {探测表明 {at} 的路由不通向任何地方；但对同一位置，{witness}给出的下一跃点是{nextHop}。} other {关于 {at} 的两种说法互相矛盾。}}',
  'finding.WITNESSES_DISAGREE.advice':
    '先不要采信任何一方。请再检查一次：最近几分钟内的更改会先反映在其中一方。如果仍然矛盾，请比对 {at} 的状态、有效规则和有效路由，并确认中间是否有设备代为应答。',
  'finding.PROBE_CONTRADICTS_ITSELF.message':
    'Azure 称连接状态为 {status}，却统计 {sent} 个探测中有 {failed} 个失败。两者不可能同时成立。',
  'finding.PROBE_CONTRADICTS_ITSELF.advice':
    '请再检查一次。如果仍然如此，请在源机器上直接尝试连接，并把请求 ID 报告给 Azure 支持。',

  'finding.VM_STOPPED.message':
    '{side, select, source {源 {at} {state}，无法从它发出任何探测。} destination {目标 {at} {state}，无法应答。} other {{at} {state}，不会转发任何流量。}}',
  'finding.VM_STOPPED.advice': '{hasFix, select, yes {启动它，然后再检查：{fix}} other {启动它，然后再检查。}}',
  'finding.VM_NOT_READY.message':
    '{side, select, source {源 {at} {state}，还不能发出探测。} other {{at} {state}，还不能处理流量。}}',
  'finding.VM_NOT_READY.advice': '等一两分钟，待其运行后再检查。',
  'finding.NO_WATCHER.message': '源 {at} 所在的区域 {region} 没有网络观察程序，Azure 无法在那里发出探测。',
  'finding.NO_WATCHER.advice':
    '{hasFix, select, yes {为该区域启用一次即可：{fix}} other {为源所在的区域启用网络观察程序。}}',
  'finding.AGENT_MISSING.message': '源 {at} 没有安装网络观察程序代理，而探测正是由该代理发出的。目标不需要代理。',
  'finding.AGENT_MISSING.advice':
    '{hasFix, select, yes {在源上安装扩展，无需重启：{fix}} other {在源上安装网络观察程序代理扩展，无需重启。}}',
  'finding.AGENT_STOPPED.message': '源 {at} 上的网络观察程序代理没有响应，探测没有发出或没有完成。',
  'finding.AGENT_STOPPED.advice':
    '重启代理或机器，并确认它能访问 169.254.169.254 的 80 端口和 168.63.129.16 的 8037 端口。如果无效，请删除该扩展后重新安装。',
  'finding.PROBE_UNSUPPORTED.message': '{at} 上的代理在其操作系统上不支持这种探测。',
  'finding.PROBE_UNSUPPORTED.advice': '改用 TCP 检查，或换一台代理支持的源机器。',
  'finding.SOCKET_FAILED.message':
    '{at} 上的代理无法打开探测所需的本地套接字{hasDetail, select, yes {（{detail}）} other {}}。',
  'finding.SOCKET_FAILED.advice': '可能被其他进程占用，或端口已用尽。请查看源机器上打开的套接字，然后再检查。',
  'finding.SOURCE_PORT_IN_USE.message': '{at} 上的代理选用的本地端口仍处于上一个连接的关闭等待中。',
  'finding.SOURCE_PORT_IN_USE.advice': '等两分钟后再检查。',
  'finding.PORT_THROTTLED.message': '发往该端口的探测在 {at} 被限流，统计数字参考价值不大。',
  'finding.PORT_THROTTLED.advice': '等几分钟，确保没有其他探测使用同一端口，然后再检查。',

  'finding.NSG_DENY_OUT.message':
    '{hasRule, select, yes {{hasGroup, select, yes {{group} 的} other {}}规则 {rule} 拒绝 {traffic} 从 {at} 出站。} other {网络安全组{hasGroup, select, yes {（{group}）} other {}}拒绝 {traffic} 从 {at} 出站。}}',
  'finding.NSG_DENY_OUT.advice':
    '{isDefault, select, yes {这是每个安全组末尾都有的默认规则：前面没有规则允许该流量。如果应当放行，请添加一条出站允许规则，优先级可取 100 到 4096。} other {如果应当放行，请修改该规则，或在同一安全组中添加一条优先级数值更小的出站允许规则。}}',
  'finding.NSG_DENY_IN.message':
    '{hasRule, select, yes {{hasGroup, select, yes {{group} 的} other {}}规则 {rule} 拒绝 {traffic} 进入 {at}。} other {网络安全组{hasGroup, select, yes {（{group}）} other {}}拒绝 {traffic} 进入 {at}。}}',
  'finding.NSG_DENY_IN.advice':
    '{isDefault, select, yes {这是每个安全组末尾都有的默认规则：前面没有规则允许该流量。如果应当放行，请添加一条入站允许规则，优先级可取 100 到 4096。} other {如果应当放行，请修改该规则，或在同一安全组中添加一条优先级数值更小的入站允许规则。}}',
  'finding.ROUTE_NONE.message':
    '{hasTable, select, yes {在 {at}，路由表 {table} 的路由{hasRoute, select, yes {（{route}）} other {}}把该流量送往“无”，流量被丢弃。} other {{custom, select, yes {在 {at}，一条用户定义的路由把该流量送往“无”，流量被丢弃。} other {在 {at}，该流量的路由的下一跃点是“无”，流量被丢弃。}}}}',
  'finding.ROUTE_NONE.advice': '更正该路由，或为子网关联一个有可用路由通往目标的路由表。',
  'finding.RETURN_ROUTE_NONE.message':
    '{hasTable, select, yes {返回路径中断：在 {at}，路由表 {table} 的路由把应答送往“无”。} other {返回路径中断：在 {at}，通往源的路由的下一跃点是“无”。}}',
  'finding.RETURN_ROUTE_NONE.advice': '更正目标子网的路由表，使应答能够返回到源。',
  'finding.ROUTE_LOOP.message': '路由在 {at} 形成环路：下一跃点是该跃点自身或已经过的跃点。',
  'finding.ROUTE_LOOP.advice': '更正用户定义的路由：下一跃点必须是另一台机器。',
  'finding.ROUTE_USER_DEFINED.message': 'Azure 归因于 {at} 的一条用户定义的路由；那里的下一跃点是{nextHop}。',
  'finding.ROUTE_USER_DEFINED.advice': '确认该下一跃点在运行并转发流量，或更正该路由。',
  'finding.PEERING_NO_ACCESS.message': '{at} 处的虚拟网络对等互连不允许流量通过。',
  'finding.PEERING_NO_ACCESS.advice': '在对等互连的两端都允许访问远程虚拟网络。',
  'finding.IP_FORWARDING_OFF.message':
    '流量经由 {at} 转发，但其网络接口未启用 IP 转发，因此不属于它自己的流量都被丢弃。',
  'finding.IP_FORWARDING_OFF.advice':
    '{hasFix, select, yes {在该接口上启用 IP 转发，操作系统中也要启用：{fix}} other {在该接口上启用 IP 转发，操作系统中也要启用。}}',
  'finding.GATEWAY_TRANSIT_OFF.message': '网关一侧的对等互连没有共享其网关，{at} 的流量无法经由它离开。',
  'finding.GATEWAY_TRANSIT_OFF.advice': '在中心一侧的对等互连上允许网关传输。',
  'finding.REMOTE_GATEWAYS_OFF.message': '分支一侧的对等互连没有使用远程网关，{at} 的流量找不到它。',
  'finding.REMOTE_GATEWAYS_OFF.advice': '在分支一侧的对等互连上启用“使用远程网关”。',
  'finding.NO_OUTBOUND_INTERNET.message': '{at} 位于标准内部负载均衡器之后，没有通往互联网的出口。',
  'finding.NO_OUTBOUND_INTERNET.advice': '为子网配置 NAT 网关、为机器配置公共地址，或为负载均衡器配置出站规则。',
  'finding.BASIC_LB_GLOBAL_PEERING.message': '无法跨区域对等互连访问 {at} 处的基本内部负载均衡器。',
  'finding.BASIC_LB_GLOBAL_PEERING.advice': '改用标准负载均衡器，或直接访问其后的机器。',

  'finding.DNS_FAILED.message': '在 {at} 上无法解析名称 {destination}。',
  'finding.DNS_FAILED.advice': '请检查拼写和虚拟网络的 DNS 服务器（专用区域必须链接到该网络），或直接检查地址。',
  'finding.DNS_ANSWER_WRONG.message': 'DNS 服务器应答了 {at}，但没有给出可用的记录。',
  'finding.DNS_ANSWER_WRONG.advice': '在源上查询该名称（nslookup），并更正区域或转发器。',
  'finding.ROUTE_MISSING.message':
    '{explained, select, yes {Azure 还报告 {at} 没有可用的路由；上面的阻断路由已能解释。} other {{at} 没有通往目标的路由。}}',
  'finding.ROUTE_MISSING.advice':
    '{explained, select, yes {先更正路由，然后再检查。} other {为源子网关联通往目标的路由表，或查明为何没有学到路由（对等互连、网关、虚拟中心）。}}',
  'finding.BGP_ROUTES_OFF.message': '{at} 的路由表没有接收 BGP 学到的路由，因此那里不知道本地网络的目标。',
  'finding.BGP_ROUTES_OFF.advice': '在该路由表中启用网关路由传播，或手动添加路由。',
  'finding.PEERING_UNKNOWN.message': 'Azure 无法读取 {at} 处虚拟网络的对等互连信息。',
  'finding.PEERING_UNKNOWN.advice': '确认两端都有对等互连且已连接。',
  'finding.GATEWAY_NOT_READY.message': '{at} 处的网关或虚拟中心未预配完成，不承载流量。',
  'finding.GATEWAY_NOT_READY.advice': '等待预配成功或修复它，然后再检查。',
  'finding.CONNECTION_DOWN.message':
    '{state, select, missing {{at} 没有配置通往目标的连接。} other {{at} 处的连接已断开。}}',
  'finding.CONNECTION_DOWN.advice': '检查网关连接：两端、共享密钥以及对端设备。',
  'finding.ARP_MISSING.message': '{at} 处的 ExpressRoute 边缘没有邻居的完整 ARP 条目。',
  'finding.ARP_MISSING.advice': '查看线路的 ARP 表，并请连接服务提供商检查二层和边缘地址。',
  'finding.BACKEND_DOWN.message': '负载均衡器认为 {at} 已停用：其运行状况探测没有得到应答。',
  'finding.BACKEND_DOWN.advice': '让运行状况探测成功：服务必须监听其端口，并允许 168.63.129.16 进入。',
  'finding.RESOURCE_UNHEALTHY.message':
    '{health, select, degraded {Azure 资源运行状况报告 {at} 已降级。} other {Azure 资源运行状况报告 {at} 不可用。}}',
  'finding.RESOURCE_UNHEALTHY.advice': '打开该资源的“资源运行状况”：其中说明从何时开始，以及由 Azure 还是由用户引起。',
  'finding.AZURE_PLATFORM.message':
    'Azure 报告 {at} 存在平台自身的问题{hasDetail, select, yes {（{detail}）} other {}}。',
  'finding.AZURE_PLATFORM.advice': '查看该区域的 Azure 服务运行状况，几分钟后再检查。',
  'finding.HTTP_ANSWER_WRONG.message':
    '{part, select, status {{destination} 的服务器有应答，但状态码不符合预期{hasDetail, select, yes {（{detail}）} other {}}。} header {{destination} 的服务器有应答，但缺少预期的标头。} other {{destination} 的服务器有应答，但内容不符合预期。}}',
  'finding.HTTP_ANSWER_WRONG.advice': '网络是通的。请查看服务本身，或在提问时给出正确的状态码（expecting 200,204）。',
  'finding.UNKNOWN_ISSUE.message':
    'Azure 在 {at} 报告“{type}”{hasDetail, select, yes {（{detail}）} other {}}。本检查尚不认识这个词。',
  'finding.UNKNOWN_ISSUE.advice': '请在网络观察程序文档中查找该词；原始应答包含 Azure 所说的全部内容。',
  'finding.ASYMMETRIC_ROUTE.message':
    '{way, select, there {去往目标的流量经过{nextHop}，但 {at} 的应答不经过它（{nextHopBack}）。} other {{at} 的应答经过{nextHopBack}，但去往它的流量不经过（{nextHop}）。}}有状态防火墙会丢弃只看到一半的连接。',
  'finding.ASYMMETRIC_ROUTE.advice': '让两个子网的路由都经过同一台设备，或由该设备转换源地址。',

  'finding.NO_LISTENER.message':
    '{explained, select, yes {Azure 还发现 {at} 上没有程序监听 {traffic}；上面的阻断已能解释。} other {Azure 没有看到 {at} 上有程序监听 {traffic}。}}',
  'finding.NO_LISTENER.advice':
    '{explained, select, yes {先解除阻断，然后再检查。} other {启动服务，或查看它监听的端口和地址（Linux 用 ss -ltn，Windows 用 netstat -an）：只监听 127.0.0.1 是不够的。如果确实在监听，请查看中间环节：对等互连中断时 Azure 也会这样报告。}}',
  'finding.GUEST_FIREWALL.message':
    '{explained, select, yes {Azure 还怀疑 {at} 内部的防火墙；上面的阻断已能解释。} other {Azure 认为 {at} 操作系统内的防火墙丢弃 {traffic}。}}',
  'finding.GUEST_FIREWALL.advice':
    '{explained, select, yes {先解除阻断，然后再检查。} other {在该机器上通过 Windows 防火墙、iptables、nftables 或 firewalld 放行 {traffic}。}}',
  'finding.NO_CAUSE_REPORTED.message':
    '{sent} 个探测全部失败，Azure 没有给出原因。{nsgSource, select, Allow {安全组允许流量从源出站。} other {}}{nsgDestination, select, Allow {安全组允许流量进入目标。} other {}}{hasNextHop, select, yes {从源出发的下一跃点是{nextHop}。} other {}}',
  'finding.NO_CAUSE_REPORTED.advice':
    '查看 Azure 看不到的地方：目标是否在运行，服务是否在监听，它自己的防火墙或中间的设备是否丢弃流量，返回路径是否存在？请检查双向的下一跃点和目标的有效规则。',
  'finding.ALLOW_RULE_BLAMED.message':
    'Azure 指出 {at} 的{hasGroup, select, yes { {group} 的} other {}}规则 {rule}，但该规则允许此流量：它不是阻断的原因。',
  'finding.ALLOW_RULE_BLAMED.advice': '查看该接口或子网的另一个安全组，以及其后的跃点。',
  'finding.DESTINATION_UNREACHABLE.message':
    '{explained, select, yes {代理没有到达目标；上面的阻断已能解释。} other {源上的代理没有到达目标{hasDetail, select, yes {（{detail}）} other {}}。}}',
  'finding.DESTINATION_UNREACHABLE.advice':
    '{explained, select, yes {先解除阻断，然后再检查。} other {检查从源出发的下一跃点，以及目标的安全规则和服务。}}',
  'finding.NETWORK_ERROR.message':
    '{explained, select, yes {连接在 {at} 失败；上面的阻断已能解释。} other {连接在 {at} 失败{hasDetail, select, yes {（{detail}）} other {}}。}}',
  'finding.NETWORK_ERROR.advice':
    '{explained, select, yes {先解除阻断，然后再检查。} other {再检查一次；如果仍然失败，请查看服务、中间的防火墙和返回路径。}}',
  'finding.PATH_UNKNOWN.message': 'Azure 无法画出完整路径；{at} 之后的部分未知。',
  'finding.PATH_UNKNOWN.advice': '从两端查询下一跃点以补全路径，或再检查一次。',
  'finding.PROBE_NOT_RUN.message':
    '{reason, select, AZURE_FORBIDDEN {没有发出探测：Azure 不允许此身份运行检查。} AZURE_UNAUTHORIZED {没有发出探测：Azure 不接受登录。} AZURE_THROTTLED {没有发出探测：Azure 要求减少请求。} AZURE_BUSY {没有发出探测：Azure 仍在对同样的机器执行另一项检查。} AZURE_CONFLICT {没有发出探测：Azure 仍在执行另一项操作。} AZURE_UNREACHABLE {没有发出探测：无法连接 Azure。} AZURE_MALFORMED {Azure 对探测的应答无法读取。} NO_RESULT {探测没有按时给出结果。} CANCELLED {没有等待探测结果。} none {Azure 没有发出探测，也没有给出结果。} other {没有探测结果：Azure 拒绝或失败（{reason}）。{hasDetail, select, yes {Azure 的原话：{detail}} other {}}}}',
  'finding.PROBE_NOT_RUN.advice':
    '{reason, select, AZURE_FORBIDDEN {{hasAction, select, yes {在网络观察程序上授予此身份 {action}，然后再检查。} other {授予此身份运行连接检查的权限，然后再检查。}}} AZURE_UNAUTHORIZED {确认本机器人的身份在订阅所属的租户中有效。} AZURE_THROTTLED {等几分钟后再检查。} AZURE_BUSY {等一分钟后再检查。} AZURE_CONFLICT {等一分钟后再检查。} none {确认源在运行且其网络观察程序代理有响应，然后再检查。} other {再检查一次。其他证据见下文。}}',

  'finding.PROXY_ANSWERED.message':
    '连接被接受了，但路径经过设备 {at}：在 {port} 端口上，防火墙可能代替目标应答。只能说明防火墙接受了连接，目标未经证实。',
  'finding.PROXY_ANSWERED.advice': '改用 {scheme} 再检查：服务自身的应答才能证明到达了目标。',
  'finding.LOSS.message': '{sent} 个探测中丢失了 {failed} 个（{percent}%）。',
  'finding.LOSS.advice': '再检查一次，看是否持续。查看两端机器和中间设备的负载。',
  'finding.HIGH_LATENCY.message': '平均往返时间为 {avgMs} 毫秒，超过此处视为缓慢的 {slowMs} 毫秒。',
  'finding.HIGH_LATENCY.advice': '查看耗时最大的跃点、区域之间的距离以及机器的负载。',
  'finding.PARTLY_REACHABLE.message': '通往目标的路径只有一部分可用。',
  'finding.PARTLY_REACHABLE.advice': '如果有多台设备或网关分担流量，其中一台在丢弃流量：请检查每个下一跃点。',
  'finding.CPU_HIGH.message': '{at} 的处理器繁忙{hasUsage, select, yes {（{usage}）} other {}}，可能延迟或丢弃探测。',
  'finding.CPU_HIGH.advice': '查看是什么占用了它，或选择更大的规格，然后再检查。',
  'finding.MEMORY_HIGH.message':
    '{at} 的内存几乎用尽{hasUsage, select, yes {（{usage}）} other {}}，可能延迟或丢弃探测。',
  'finding.MEMORY_HIGH.advice': '查看是什么占用了它，或选择更大的规格，然后再检查。',
  'finding.MULTIPLE_NICS.message': '{at} 在同一子网中有多个网络接口：应答可能从另一个接口离开。',
  'finding.MULTIPLE_NICS.advice': '每个子网只用一个接口，或在操作系统中使用策略路由。',
  'finding.UNEXPECTED_GATEWAY.message': '路径在 {at} 处经过了一个意料之外的网关连接。',
  'finding.UNEXPECTED_GATEWAY.advice': '查看是否有路由或对等互连误将该流量送往网关。',
  'finding.NSG_ALLOW.message':
    '{hasRule, select, yes {{hasGroup, select, yes {{group} 的} other {}}规则 {rule} 允许 {traffic} {direction, select, Inbound {进入 {at}} other {从 {at} 出站}}。} other {安全组允许 {traffic} {direction, select, Inbound {进入 {at}} other {从 {at} 出站}}。}}',
  'finding.NSG_ALLOW.advice': '此处无需处理。',
  'finding.NSG_NONE.message':
    '没有安全组过滤 {traffic} {direction, select, Inbound {进入 {at}} other {从 {at} 出站}}。',
  'finding.NSG_NONE.advice': '此处无需处理，除非本应过滤。',
  'finding.NEXT_HOP.message':
    '从 {at} 出发的下一跃点是{nextHop}{hasTable, select, yes {，由路由表 {table} 决定} other {，由系统路由决定}}。',
  'finding.NEXT_HOP.advice': '此处无需处理。',

  'assumption.SINGLE_BURST': '只是某一时刻的一组探测：时有时无的问题看不到。',
  'assumption.PORT_ONLY': 'TCP 连接被接受了；没有询问应用本身的应答。',
  'assumption.ICMP_DEPRIORITISED': '即使 TCP 正常，ICMP 也常常应答缓慢或没有应答。',
  'assumption.AGENT_VIEW': '由源上的代理测得；那里的应用可能使用另外的接口、代理服务器或 DNS 服务器。',
  'assumption.NAME_RESOLVED_BY_AGENT': '名称由源解析；其他机器可能得到不同的地址。',
  'assumption.RETURN_PATH_NOT_PROVEN': '从目标返回的路径未经证实。',
  'assumption.CONFIGURATION_ONLY': '由规则、路由和机器状态推断得出；没有探测予以证实。',
};
