import { TargetError, UsageError } from '../errors.js';
import type { Dashboard } from './dashboard-files.js';

const LIMIT_MS = 15_000;

export const TOKEN_VARIABLE = 'POWER_HARNESS_GRAFANA_TOKEN';

/** Of Grafana's HTTP API what installing dashboards takes: folders and dashboards, by their uid. */
export class GrafanaClient {
  private readonly url: string;

  /** @param token - of a service account that may edit dashboards @throws UsageError where `url` is no http address */
  constructor(
    url: string,
    private readonly token: string | undefined,
  ) {
    if (!URL.canParse(url) || !/^https?:$/.test(new URL(url).protocol)) {
      throw new UsageError(
        'GRAFANA_URL',
        `'${url}' is no http address.`,
        'Such as http://127.0.0.1:3000',
      );
    }
    this.url = url.replace(/\/+$/, '');
  }

  async hasFolder(uid: string): Promise<boolean> {
    return (await this.get(`/api/folders/${encodeURIComponent(uid)}`)) !== undefined;
  }

  async createFolder(uid: string, title: string): Promise<void> {
    await this.ask('/api/folders', { uid, title });
  }

  /** Undefined where there is none of that uid. */
  async dashboard(uid: string): Promise<{ dashboard: Dashboard; folderUid: string } | undefined> {
    const found = await this.get(`/api/dashboards/uid/${encodeURIComponent(uid)}`);
    if (!found) return undefined;
    const { dashboard, meta } = found as { dashboard: Dashboard; meta?: { folderUid?: string } };
    return { dashboard, folderUid: meta?.folderUid ?? '' };
  }

  /** Makes it, or writes over the one of the same uid. */
  async saveDashboard(dashboard: Dashboard, folderUid: string): Promise<void> {
    const message = 'power-harness dashboards install';
    await this.ask('/api/dashboards/db', { dashboard, folderUid, overwrite: true, message });
  }

  private get(path: string): Promise<unknown> {
    return this.ask(path);
  }

  /** @returns undefined for 404 @throws TargetError */
  private async ask(path: string, body?: object): Promise<unknown> {
    const response = await fetch(this.url + path, {
      method: body ? 'POST' : 'GET',
      headers: {
        accept: 'application/json',
        ...(body ? { 'content-type': 'application/json' } : {}),
        ...(this.token ? { authorization: `Bearer ${this.token}` } : {}),
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
      redirect: 'error',
      signal: AbortSignal.timeout(LIMIT_MS),
    }).catch((error: unknown) => {
      const { cause, message } = error as Error & { cause?: Error };
      throw new TargetError(
        'GRAFANA_UNREACHABLE',
        `${this.url} can't be reached: ${cause?.message || message}.`,
        'Check --grafana.',
      );
    });
    if (response.status === 404 && !body) return undefined;
    const text = await response.text();
    if (response.ok) return parse(text) ?? this.refuse(response.status, 'its answer is no JSON');
    const said = (parse(text) as { message?: string } | undefined)?.message ?? text.slice(0, 200);
    return this.refuse(response.status, said);
  }

  private refuse(status: number, said: string): never {
    const login = status === 401 || status === 403;
    throw new TargetError(
      'GRAFANA_REFUSES',
      `${this.url} answers ${status}: ${said}`,
      login
        ? `Set ${TOKEN_VARIABLE} to the token of a service account with the role Editor.`
        : 'Look at its log.',
    );
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
