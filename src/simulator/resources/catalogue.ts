import type { Operation } from '../exchange.ts';
import { connectivityCheck } from './connectivity-check.ts';
import { effectiveRules } from './effective-rules.ts';
import { ipFlowVerify } from './ip-flow-verify.ts';
import { networkConfigurationDiagnostic } from './network-configuration-diagnostic.ts';
import { networks } from './networks.ts';
import { nextHop } from './next-hop.ts';
import { permissions } from './permissions.ts';
import { providers } from './providers.ts';
import { resourceGraph } from './resource-graph.ts';
import { securityGroupView } from './security-group-view.ts';
import { subscriptions } from './subscriptions.ts';
import { topologyOfGroup } from './topology.ts';
import { virtualMachines } from './virtual-machines.ts';

/** Everything this Resource Manager can do, but for what the server itself answers. */
export const catalogue: readonly Operation[] = [
  ...subscriptions,
  ...providers,
  permissions,
  ...virtualMachines,
  ...networks,
  ...effectiveRules,
  connectivityCheck,
  ipFlowVerify,
  nextHop,
  networkConfigurationDiagnostic,
  securityGroupView,
  topologyOfGroup,
  resourceGraph,
];
