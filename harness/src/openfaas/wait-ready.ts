import { TargetError } from '../errors.js';
import { until } from '../processes/sleep.js';
import type { GatewayAccess } from './gateway-access.js';
import {
  describeFunction,
  type FunctionStatus,
  lastLogLines,
  replicas,
  type Replica,
} from './gateway-client.js';

const POLL_SECONDS = 0.1;
const LOG_LINES = 5;

/**
 * Waits until a function has a replica that takes requests.
 * @throws TargetError (`FUNCTION_NOT_READY`) saying what is known of the reason, its last log lines included
 */
export async function waitReady(
  gateway: GatewayAccess,
  name: string,
  limitSeconds: number,
  signal: AbortSignal,
): Promise<FunctionStatus> {
  let last: FunctionStatus | undefined;
  const ready = await until(
    async () => {
      last = await describeFunction(gateway, name, signal);
      return last && last.availableReplicas > 0 ? last : undefined;
    },
    limitSeconds,
    POLL_SECONDS,
    signal,
  );
  if (ready) return ready;
  const [instances, log] = await Promise.all([
    replicas(gateway).catch(() => []),
    lastLogLines(gateway, name, LOG_LINES),
  ]);
  throw new TargetError(
    'FUNCTION_NOT_READY',
    `${name} was not ready within ${limitSeconds} s: ${reason(last, instances, name)}${lastWords(log)}`,
    'Run its command by hand to see what it says; it must listen on $PORT.',
  );
}

function reason(status: FunctionStatus | undefined, all: readonly Replica[], name: string): string {
  if (!status) return 'the gateway does not know it.';
  const own = all.filter((replica) => replica.function === name);
  const restarts = own.reduce((sum, replica) => sum + replica.restarts, 0);
  if (restarts > 0) return `it ended and was started again ${restarts} times.`;
  if (own.length > 0) return 'it runs but does not answer its health check.';
  return `${status.availableReplicas} of ${status.replicas} replicas are available.`;
}

function lastWords(log: readonly string[]): string {
  return log.length > 0 ? ` It said last: ${log.join(' / ')}` : '';
}
