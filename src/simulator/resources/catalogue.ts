import type { Operation } from '../exchange.ts';
import { connectivityCheck } from './connectivity-check.ts';
import { ipFlowVerify } from './ip-flow-verify.ts';
import { networkConfigurationDiagnostic } from './network-configuration-diagnostic.ts';
import { networks } from './networks.ts';
import { nextHop } from './next-hop.ts';
import { subscriptions } from './subscriptions.ts';
import { virtualMachines } from './virtual-machines.ts';

/** Everything this Resource Manager can do, but for what the server itself answers. */
export const catalogue: readonly Operation[] = [
  ...subscriptions,
  ...virtualMachines,
  ...networks,
  connectivityCheck,
  ipFlowVerify,
  nextHop,
  networkConfigurationDiagnostic,
];
