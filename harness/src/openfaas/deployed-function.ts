import type { GatewayAccess } from './gateway-access.js';
import { callGateway, callGatewayWell, jsonOf } from './gateway-request.js';

/** A function's deployment as the gateway tells it, enough to deploy it again. May hold secrets: never to be written. */
export interface DeployedFunction {
  service: string;
  labels: Record<string, string>;
  [field: string]: unknown;
}

const FIELDS = [
  ...['image', 'namespace', 'envProcess', 'envVars', 'constraints', 'secrets', 'annotations'],
  ...['limits', 'requests', 'readOnlyRootFilesystem'],
];

/** Undefined where there is no such function. @throws TargetError */
export async function deployedFunction(
  gateway: GatewayAccess,
  name: string,
  signal?: AbortSignal,
): Promise<DeployedFunction | undefined> {
  const call = { path: `/system/function/${encodeURIComponent(name)}`, ...(signal && { signal }) };
  const reply = await callGateway(gateway, call);
  if (reply.status === 404) return undefined;
  if (reply.status !== 200) await callGatewayWell(gateway, call);
  const told = jsonOf(gateway, reply) as Record<string, unknown>;
  const fields = FIELDS.filter((field) => told[field] !== undefined && told[field] !== null).map(
    (field) => [field, told[field]],
  );
  return {
    ...Object.fromEntries(fields),
    service: name,
    labels: (told['labels'] as Record<string, string> | null) ?? {},
  };
}

/** Deploys it again as it was. @throws TargetError */
export async function putBack(gateway: GatewayAccess, deployed: DeployedFunction): Promise<void> {
  await callGatewayWell(gateway, {
    method: 'PUT',
    path: '/system/functions',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(deployed),
  });
}
