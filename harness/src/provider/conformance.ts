import { expect, test } from 'vitest';
import { deployment } from './provider-process.js';

/** A client of a provider's API, with JSON in and out; for tests. */
export class ApiClient {
  constructor(
    readonly url: () => string,
    private readonly headers: Record<string, string> = {},
  ) {}

  call(method: string, path: string, body?: unknown): Promise<Response> {
    return fetch(this.url() + path, {
      method,
      headers: this.headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }

  async status(method: string, path: string, body?: unknown): Promise<number> {
    const response = await this.call(method, path, body);
    await response.arrayBuffer();
    return response.status;
  }

  async json<T>(path: string): Promise<T> {
    return (await (await this.call('GET', path)).json()) as T;
  }

  async ready(name: string, replicas = 1, seconds = 10): Promise<void> {
    for (const end = Date.now() + seconds * 1000; Date.now() < end;) {
      const response = await this.call('GET', `/system/function/${name}`);
      const text = await response.text();
      if (
        response.status === 200 &&
        (JSON.parse(text) as { availableReplicas: number }).availableReplicas === replicas
      )
        return;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error(`${name} did not get ready`);
  }
}

/**
 * What every provider must do, whatever its backend, spoken to directly or through a gateway: status codes as
 * faas-netes and faas-cli have them.
 */
export function describeProvider(api: ApiClient): void {
  test('deploy, list, describe, invoke, update, scale, remove', async () => {
    expect(await api.status('PUT', '/system/functions', deployment('life'))).toBe(404);
    expect(
      await api.status('POST', '/system/functions', deployment('life', { labels: { a: 'b' } })),
    ).toBe(202);
    await api.ready('life');
    const [listed] = (await api.json<{ name: string }[]>('/system/functions')).filter(
      ({ name }) => name === 'life',
    );
    expect(listed).toMatchObject({
      name: 'life',
      image: 'test/function:latest',
      namespace: 'openfaas-fn',
      labels: { a: 'b' },
      replicas: 1,
      availableReplicas: 1,
      invocationCount: 0,
    });
    const response = await api.call('POST', '/function/life/deeper/path?a=1&b=%20', 'x');
    expect(response.status).toBe(200);
    expect(response.headers.get('x-call-id')).toMatch(/^[0-9a-f-]{36}$/);
    expect(response.headers.get('x-start-time')).toMatch(/^\d{19}$/);
    expect(await response.json()).toMatchObject({ path: '/deeper/path?a=1&b=%20', method: 'POST' });
    expect(
      await api.status(
        'PUT',
        '/system/functions',
        deployment('life', { envVars: { COLOUR: 'blue' } }),
      ),
    ).toBe(202);
    await expect
      .poll(
        async () =>
          ((await (await api.call('GET', '/function/life')).json()) as { env: { COLOUR?: string } })
            .env.COLOUR,
        { timeout: 10_000 },
      )
      .toBe('blue');
    expect(
      await api.status('POST', '/system/scale-function/life', { serviceName: 'life', replicas: 2 }),
    ).toBe(202);
    await api.ready('life', 2);
    const described = await api.json('/system/function/life?usage=1');
    expect(described).toMatchObject({
      replicas: 2,
      usage: { totalMemoryBytes: expect.any(Number) as number },
    });
    expect(await api.status('DELETE', '/system/functions', { functionName: 'life' })).toBe(202);
    expect(await api.status('GET', '/system/function/life')).toBe(404);
    expect(await api.status('DELETE', '/system/functions', { functionName: 'life' })).toBe(404);
  });

  test('secrets', async () => {
    const secret = { name: 'key', value: 'hidden' };
    expect(await api.status('PUT', '/system/secrets', secret)).toBe(404);
    expect(await api.status('POST', '/system/secrets', secret)).toBe(202);
    expect(await api.status('POST', '/system/secrets', secret)).toBe(409);
    expect(await api.json('/system/secrets')).toEqual([{ name: 'key', namespace: 'openfaas-fn' }]);
    expect(
      await api.status('POST', '/system/functions', deployment('keyed', { secrets: ['key'] })),
    ).toBe(202);
    await api.ready('keyed');
    expect(await (await api.call('GET', '/function/keyed/secret?name=key')).text()).toBe('hidden');
    expect(
      await api.status('POST', '/system/functions', deployment('other', { secrets: ['none'] })),
    ).toBe(400);
    expect(await api.status('DELETE', '/system/functions', { functionName: 'keyed' })).toBe(202);
    expect(await api.status('DELETE', '/system/secrets', { name: 'key' })).toBe(202);
    expect(await api.status('DELETE', '/system/secrets', { name: 'key' })).toBe(404);
  });

  test('logs, as lines of JSON', async () => {
    await api.status('POST', '/system/functions', deployment('talker'));
    await api.ready('talker');
    await api.status('GET', '/function/talker/say?text=one');
    await api.status('GET', '/function/talker/say?text=two');
    const logs = await (
      await api.call('GET', '/system/logs?name=talker&tail=2&follow=false')
    ).text();
    const lines = logs
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { text: string });
    expect(lines.map(({ text }) => text)).toEqual(['one', 'two']);
    expect(lines[0]).toMatchObject({
      name: 'talker',
      namespace: 'openfaas-fn',
      instance: 'talker-1',
    });
    await api.status('DELETE', '/system/functions', { functionName: 'talker' });
  });

  test.each([
    ['GET', '/system/function/none', undefined, 404],
    ['POST', '/system/scale-function/none', { serviceName: 'none', replicas: 1 }, 404],
    ['POST', '/system/functions', { service: 'a b', image: 'x' }, 400],
    ['POST', '/system/functions', { service: 'x', image: '' }, 400],
    ['POST', '/system/functions', { service: 'x', image: 'y' }, 400],
    ['GET', '/system/logs?name=none', undefined, 404],
    ['GET', '/system/logs?name=none&tail=x', undefined, 422],
    ['GET', '/system/functions?namespace=other', undefined, 400],
    ['GET', '/system/namespace/x', undefined, 501],
    ['GET', '/system/nothing', undefined, 404],
  ])('%s %s %j is answered %i', async (method, path, body, status) => {
    expect(await api.status(method, path, body)).toBe(status);
  });

  test('health, namespaces and info', async () => {
    expect(await api.status('GET', '/healthz')).toBe(200);
    expect(await api.json('/system/namespaces')).toEqual(['openfaas-fn']);
    expect(await api.json('/system/info')).toMatchObject({
      provider: { provider: 'power-harness' },
    });
  });
}
