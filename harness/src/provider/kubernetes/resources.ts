import type { V1ResourceRequirements } from '@kubernetes/client-node';
import { ApiError, type FunctionDeployment } from '../backend.js';

const QUANTITY = /^\d+(?:\.\d+)?(?:m|[kMGTPE]|[KMGTPE]i|[eE][-+]?\d+)?$/;

/** @throws ApiError 400 naming the quantity that Kubernetes would not take */
export function resourcesOf({ limits, requests }: FunctionDeployment): V1ResourceRequirements {
  return {
    ...(limits ? { limits: quantities('limits', limits) } : {}),
    ...(requests ? { requests: quantities('requests', requests) } : {}),
  };
}

/** An empty text is what faas-cli sends for none. */
function quantities(field: string, values: Record<string, string>): Record<string, string> {
  const given = Object.entries(values).filter(([, value]) => value !== '');
  for (const [name, value] of given) {
    if (name !== 'memory' && name !== 'cpu')
      throw new ApiError(400, `${field}.${name}: there are memory and cpu`);
    if (!QUANTITY.test(value))
      throw new ApiError(
        400,
        `${field}.${name} must be a quantity such as 128Mi or 500m, not '${value}'`,
      );
  }
  return Object.fromEntries(given);
}
