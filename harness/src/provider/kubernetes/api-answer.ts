import { ApiException } from '@kubernetes/client-node';
import { ApiError } from '../backend.js';

const LIMIT_MS = 15_000;

/**
 * What Kubernetes answers.
 * @throws ApiError with what Kubernetes says: 400 where it refuses what was asked for, 404, 409; 500 where the provider
 * lacks a right, 503 where there is no answer
 */
export async function answered<T>(call: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new ApiError(503, `Kubernetes' API did not answer within ${LIMIT_MS / 1000} s`)),
      LIMIT_MS,
    );
  });
  try {
    return await Promise.race([call, late]);
  } catch (error) {
    throw error instanceof ApiError ? error : apiErrorOf(error as Error);
  } finally {
    clearTimeout(timer);
  }
}

/** Undefined where Kubernetes has no such thing. @throws ApiError as `answered` */
export async function found<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await answered(call);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return undefined;
    throw error;
  }
}

function apiErrorOf(error: Error): ApiError {
  if (!(error instanceof ApiException)) {
    return new ApiError(503, `Kubernetes' API can't be reached: ${error.message}`);
  }
  const said = `Kubernetes says: ${messageOf(error)}`;
  if (error.code === 404 || error.code === 409) return new ApiError(error.code, said);
  if (error.code === 400 || error.code === 422) return new ApiError(400, said);
  return new ApiError(500, said); // not 401 or 403: those would be about the caller's own rights
}

/** Of a Status object, as text or parsed. */
function messageOf({ code, body }: ApiException<unknown>): string {
  try {
    const status = (typeof body === 'string' ? JSON.parse(body) : body) as { message?: string };
    if (status.message) return status.message;
  } catch {
    // not Kubernetes' own answer
  }
  return `HTTP ${code} ${typeof body === 'string' ? body.slice(0, 200) : ''}`.trim();
}
