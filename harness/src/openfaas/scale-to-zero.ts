import { awaitNoneLeft } from './await-none-left.js';
import type { GatewayAccess } from './gateway-access.js';
import { describeFunction, replicas, scaleFunction } from './gateway-client.js';

const LEAVING = {
  problem: 'still has a replica',
  limitSeconds: 30,
  pollSeconds: 0.1,
  hint: "The gateway's provider must be able to scale to zero; ours can, OpenFaaS CE's can't.",
};

/**
 * Takes every replica of a function away and waits until they are gone.
 * @throws TargetError (`SCALE_TO_ZERO`) where the gateway keeps one
 */
export async function scaleToZero(
  gateway: GatewayAccess,
  name: string,
  signal: AbortSignal,
): Promise<void> {
  await scaleFunction(gateway, name, 0, signal);
  const isGone = async () => {
    const status = await describeFunction(gateway, name, signal);
    const left = (await replicas(gateway, signal)).some((each) => each.function === name);
    return status?.availableReplicas === 0 && !left;
  };
  await awaitNoneLeft(name, isGone, LEAVING, signal);
}
