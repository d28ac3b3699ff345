import { removeFunction } from '../../openfaas/faas-cli.js';
import type { GatewayAccess } from '../../openfaas/gateway-access.js';
import { listFunctions } from '../../openfaas/gateway-client.js';
import { REPLACED_LABEL } from '../target.js';
import { RUN_LABEL } from './cluster-options.js';

/**
 * Removes the functions that a killed bench left deployed; nobody else is at it, for the lease is ours. One that had
 * been there before it stays, and how to put it back is said.
 * @returns what was found, to be told
 * @throws TargetError
 */
export async function cleanLeftovers(
  gateway: GatewayAccess,
  functionsNamespace: string,
  signal: AbortSignal,
): Promise<string[]> {
  const notes: string[] = [];
  for (const { name, labels } of await listFunctions(gateway, signal)) {
    const run = labels[RUN_LABEL];
    if (run === undefined) continue;
    if (labels[REPLACED_LABEL] !== undefined) {
      notes.push(
        `${name} was replaced by the run ${run}, which was killed: ` +
          `kubectl -n ${functionsNamespace} rollout undo deployment/${name} puts back what was there`,
      );
      continue;
    }
    await removeFunction({ gateway, functionName: name, signal });
    notes.push(`removed ${name}, which the run ${run} had left when it was killed`);
  }
  return notes;
}
