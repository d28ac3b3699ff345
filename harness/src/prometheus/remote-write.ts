import { pushTimeseries } from 'prometheus-remote-write';
import { TargetError } from '../errors.js';
import { authorization, writeUrl, type PrometheusAccess } from './prometheus-access.js';
import type { Series } from './run-series.js';

const LIMIT_MS = 15_000;

/**
 * Writes series to a Prometheus that takes remote writes (1.0).
 * @throws TargetError naming what it answered, where it did not take them
 */
export async function remoteWrite(
  access: PrometheusAccess,
  series: readonly Series[],
): Promise<void> {
  const url = writeUrl(access);
  const { status, errorMessage } = await pushTimeseries([...series], {
    url,
    headers: {
      ...authorization(access),
      'Content-Encoding': 'snappy',
      'X-Prometheus-Remote-Write-Version': '0.1.0',
    },
    fetch: (address, init) =>
      fetch(address, {
        method: 'POST',
        headers: init!.headers,
        body: init!.body as ArrayBuffer,
        signal: AbortSignal.timeout(LIMIT_MS),
      }),
  }).catch((error: unknown) => {
    throw new TargetError(
      'PROMETHEUS_UNREACHABLE',
      `${url} can't be reached: ${reasonOf(error)}.`,
      'Is it up, and the address right?',
    );
  });
  if (status >= 200 && status < 300) return;
  throw new TargetError(
    'PROMETHEUS_REFUSES',
    `${url} answers ${status}: ${errorMessage?.trim().split('\n')[0] ?? ''}`,
    HINTS[status] ?? 'Look at its log.',
  );
}

/**
 * Whether it can be reached and takes remote writes: of a series without samples nothing is kept.
 * @throws TargetError as {@link remoteWrite}
 */
export function assertTakesWrites(access: PrometheusAccess): Promise<void> {
  return remoteWrite(access, [{ labels: { __name__: 'power_harness_run_info' }, samples: [] }]);
}

const HINTS: Record<number, string> = {
  400: 'Out of order: the run is there already, or is older than out_of_order_time_window allows.',
  401: 'Log in by POWER_HARNESS_PROMETHEUS_USERNAME and _PASSWORD, or _TOKEN.',
  403: 'The account may not write.',
  404: 'Start it with --web.enable-remote-write-receiver.',
};

function reasonOf(error: unknown): string {
  const { cause, message } = error as Error & { cause?: Error };
  return cause?.message || message;
}
