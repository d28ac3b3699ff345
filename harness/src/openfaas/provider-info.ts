import type { GatewayAccess } from './gateway-access.js';
import { callGatewayWell, jsonOf } from './gateway-request.js';

/** What stands behind a gateway. */
export interface ProviderInfo {
  /** Such as `power-harness`, `faas-netes`, `faasd`; empty where it does not say. */
  name: string;
  orchestration: string;
  release: string;
  /** Whether it keeps functions where their constraints say. */
  honoursConstraints: boolean;
  /** What it can't do that a bench may want. */
  limits: string[];
}

/** OpenFaaS CE's (docs.openfaas.com/openfaas-pro/comparison): Pro calls itself otherwise. */
const CE_LIMITS = [
  'ignores constraints: --node changes the node selector of the function instead, and changes it back',
  'does not scale to zero',
  'at most 5 replicas of at most 15 functions',
];

/** @throws TargetError */
export async function providerInfo(gateway: GatewayAccess): Promise<ProviderInfo> {
  const reply = await callGatewayWell(gateway, { path: '/system/info' });
  const info = jsonOf(gateway, reply) as {
    provider?: { provider?: string; name?: string; orchestration?: string; version?: Release };
  };
  const { provider: said = {} } = info;
  const name = said.provider || said.name || '';
  const isCe = /^faas-netes(-ce)?$/.test(name);
  return {
    name,
    orchestration: said.orchestration ?? '',
    release: said.version?.release ?? '',
    honoursConstraints: !isCe,
    limits: isCe ? CE_LIMITS : [],
  };
}

interface Release {
  release?: string;
}
