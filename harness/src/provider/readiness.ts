import { ApiError, type FunctionDeployment } from './backend.js';

/** When a replica is ready: as soon as it answers GET `path` well; one that doesn't within `seconds` has failed. */
export interface Readiness {
  path: string;
  seconds: number;
}

const PATH = 'power-harness.ready-path';
const SECONDS = 'power-harness.ready-timeout-seconds';
/** OpenFaaS's own. */
const HEALTH_PATH = 'com.openfaas.health.http.path';

/** From a deployment's annotations. @throws ApiError 400 */
export function readinessOf(
  { service, annotations = {} }: Pick<FunctionDeployment, 'service' | 'annotations'>,
  defaultSeconds: number,
): Readiness {
  const seconds = Number(annotations[SECONDS] ?? defaultSeconds);
  if (!(seconds > 0 && seconds <= 600)) {
    throw new ApiError(400, `${SECONDS} of ${service} must be seconds up to 600`);
  }
  return { path: annotations[PATH] ?? annotations[HEALTH_PATH] ?? '/_/health', seconds };
}
