import { request } from 'undici';
import { EnergySourceError } from '../errors.js';
import type { RoundTrip } from './clock-offset.js';

const LIMIT_MS = 5000;

/** One series with its stored samples. */
export interface PrometheusSeries {
  labels: Record<string, string>;
  /** Time of the scrape in seconds, and the value. */
  values: [number, number][];
}

interface Answer {
  status: string;
  error?: string;
  data: { resultType: string; result: unknown };
}

/** Prometheus' HTTP API, as far as energy needs it. */
export class PrometheusClient {
  constructor(readonly url: string) {}

  /**
   * What is stored for a selector of the last `seconds`, as it was scraped: a range selector in an instant query. A
   * range query would give the values on a grid of its own instead.
   * @throws EnergySourceError
   */
  async stored(selector: string, seconds: number): Promise<PrometheusSeries[]> {
    const { data } = await this.query(`${selector}[${Math.max(1, Math.ceil(seconds))}s]`);
    return (data.result as { metric: Record<string, string>; values: [number, string][] }[]).map(
      ({ metric, values }) => ({
        labels: metric,
        values: values.map(([time, value]) => [time, Number(value)]),
      }),
    );
  }

  /** Asks for its clock. @throws EnergySourceError */
  async roundTrip(): Promise<RoundTrip> {
    const startSeconds = Date.now() / 1000;
    const start = performance.now();
    const { data } = await this.query('time()');
    const tripSeconds = (performance.now() - start) / 1000;
    const [, seconds] = data.result as [number, string];
    return { startSeconds, tripSeconds, otherSeconds: Number(seconds) };
  }

  private async query(expression: string): Promise<Answer> {
    try {
      const { statusCode, body } = await request(`${this.url.replace(/\/+$/, '')}/api/v1/query`, {
        query: { query: expression },
        headersTimeout: LIMIT_MS,
        bodyTimeout: LIMIT_MS,
      });
      const text = await body.text();
      if (statusCode !== 200) throw new Error(`HTTP ${statusCode}: ${text.slice(0, 200).trim()}`);
      return JSON.parse(text) as Answer;
    } catch (error) {
      const { message, code } = error as Error & { code?: string };
      throw new EnergySourceError(
        'PROMETHEUS_UNREACHABLE',
        `Prometheus at ${this.url} gives no answer: ${message || code}`,
        'Check its address: prometheus in the config file.',
        { cause: error },
      );
    }
  }
}
