import { TargetError } from '../errors.js';
import { until } from '../processes/sleep.js';
import { type GatewayAccess } from './gateway-access.js';
import { describeFunction, replicas, scaleFunction } from './gateway-client.js';

const LIMIT_SECONDS = 30;
const POLL_SECONDS = 0.1;

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
  const gone = await until(
    async () => {
      const status = await describeFunction(gateway, name, signal);
      const left = (await replicas(gateway, signal)).some((each) => each.function === name);
      return status?.availableReplicas === 0 && !left ? true : undefined;
    },
    LIMIT_SECONDS,
    POLL_SECONDS,
    signal,
  );
  if (gone) return;
  throw new TargetError(
    'SCALE_TO_ZERO',
    `${name} still has a replica ${LIMIT_SECONDS} s after it was scaled to zero.`,
    "The gateway's provider must be able to scale to zero; ours can, OpenFaaS CE's can't.",
  );
}
