import { UsageError } from '../errors.js';

/** A Prometheus server and how to log in. */
export interface PrometheusAccess {
  /** Without a slash at its end. */
  url: string;
  username?: string;
  password?: string;
  token?: string;
}

const VARIABLES = {
  username: 'POWER_HARNESS_PROMETHEUS_USERNAME',
  password: 'POWER_HARNESS_PROMETHEUS_PASSWORD',
  token: 'POWER_HARNESS_PROMETHEUS_TOKEN',
} as const;

/** Credentials come from the environment only. @throws UsageError */
export function prometheusAccess(
  url: string,
  env: Record<string, string | undefined> = process.env,
): PrometheusAccess {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !/^https?:$/.test(parsed.protocol)) {
    throw new UsageError(
      'PROMETHEUS_URL',
      `'${url}' is no http address.`,
      'Such as http://127.0.0.1:9090',
    );
  }
  if (parsed.username || parsed.password) {
    throw new UsageError(
      'PROMETHEUS_URL',
      'A password does not belong into an address.',
      `Set ${VARIABLES.username} and ${VARIABLES.password}.`,
    );
  }
  const login = Object.entries(VARIABLES).flatMap(([key, name]) =>
    env[name] ? [[key, env[name]]] : [],
  );
  return { url: url.replace(/\/+$/, ''), ...Object.fromEntries(login) };
}

/** Where it takes what is pushed. */
export const writeUrl = ({ url }: PrometheusAccess) => `${url}/api/v1/write`;

/** Headers that log in. */
export function authorization({
  username,
  password,
  token,
}: PrometheusAccess): Record<string, string> {
  if (token) return { authorization: `Bearer ${token}` };
  if (!username) return {};
  const pair = Buffer.from(`${username}:${password ?? ''}`).toString('base64');
  return { authorization: `Basic ${pair}` };
}

/**
 * k6's own output to it, for `--out` and its environment. Every series of it carries the run as `testid`. It tells of
 * latencies so far, in seconds.
 */
export function k6Output(access: PrometheusAccess, run: string) {
  const { username, password, token } = access;
  return {
    name: 'experimental-prometheus-rw',
    environment: {
      K6_PROMETHEUS_RW_SERVER_URL: writeUrl(access),
      K6_PROMETHEUS_RW_TREND_STATS: 'p(50),p(95),p(99)',
      K6_PROMETHEUS_RW_PUSH_INTERVAL: '1s',
      K6_PROMETHEUS_RW_STALE_MARKERS: 'true',
      ...(username ? { K6_PROMETHEUS_RW_USERNAME: username } : {}),
      ...(password ? { K6_PROMETHEUS_RW_PASSWORD: password } : {}),
      ...(token ? { K6_PROMETHEUS_RW_BEARER_TOKEN: token } : {}),
    },
    tags: { testid: run },
  };
}
