import { request } from 'undici';

/** An exporter's answer. */
export interface ExporterAnswer {
  status: number;
  /** By names in lower case. */
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

/** An exporter, however it is reached. */
export interface ExporterEndpoint {
  /** For messages, such as `http://127.0.0.1:9838`. */
  readonly name: string;
  /** @throws Error where nothing answers within `limitMs` */
  get(pathAndQuery: string, limitMs: number): Promise<ExporterAnswer>;
}

/** An exporter with an address of its own. */
export function httpExporter(url: string): ExporterEndpoint {
  return {
    name: url,
    async get(pathAndQuery, limitMs) {
      const { statusCode, headers, body } = await request(`${url}${pathAndQuery}`, {
        headersTimeout: limitMs,
        bodyTimeout: limitMs,
      });
      return { status: statusCode, headers, body: await body.text() };
    },
  };
}
