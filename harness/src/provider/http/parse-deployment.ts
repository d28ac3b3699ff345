import { ApiError, type FunctionDeployment } from '../backend.js';
import { nameOf } from './json-body.js';

/** A FunctionDeployment from a body; fields unknown to us are left out. @throws ApiError 400 */
export function parseDeployment(
  body: Record<string, unknown>,
  ownNamespace: string,
): FunctionDeployment {
  const { image, namespace, envProcess, readOnlyRootFilesystem } = body;
  requireNamespace(namespace, ownNamespace);
  if (typeof image !== 'string' || image === '') throw new ApiError(400, 'image must be a text');
  const secrets = list(body['secrets'], 'secrets');
  secrets?.forEach((secret) => nameOf(secret, 'secrets'));
  return without({
    service: nameOf(body['service'], 'service'),
    image,
    envProcess: typeof envProcess === 'string' ? envProcess : undefined,
    envVars: texts(body['envVars'], 'envVars'),
    constraints: list(body['constraints'], 'constraints'),
    secrets,
    labels: texts(body['labels'], 'labels'),
    annotations: texts(body['annotations'], 'annotations'),
    limits: texts(body['limits'], 'limits'),
    requests: texts(body['requests'], 'requests'),
    readOnlyRootFilesystem: readOnlyRootFilesystem === true ? true : undefined,
  });
}

/** A provider has one namespace. @throws ApiError 400 */
export function requireNamespace(namespace: unknown, own: string): void {
  if (namespace === undefined || namespace === null || namespace === '' || namespace === own)
    return;
  throw new ApiError(400, `there is no namespace but ${own}`);
}

/** The name in `NAME.NAMESPACE`. */
export function withoutNamespace(name: string, namespace: string): string {
  return name.endsWith(`.${namespace}`) ? name.slice(0, -namespace.length - 1) : name;
}

function texts(value: unknown, field: string): Record<string, string> | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'object' && Object.values(value).every((each) => typeof each === 'string')) {
    return value as Record<string, string>;
  }
  throw new ApiError(400, `${field} must map names to texts`);
}

function list(value: unknown, field: string): string[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value;
  throw new ApiError(400, `${field} must be a list of texts`);
}

function without(fields: Record<string, unknown>): FunctionDeployment {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as unknown as FunctionDeployment;
}
