import { expect, test } from 'vitest';
import { DEFAULT_NAMESPACE } from './backend.js';
import { deployment } from './provider-process.js';

/** A client of a provider's API, with JSON in and out; for tests. */
export class ApiClient {
  constructor(
    readonly url: () => string,
    private readonly headers: Record<string, string> = {},
  ) {}

  call(method: string, path: string, body?: unknown, signal?: AbortSignal): Promise<Response> {
    return fetch(this.url() + path, {
      method,
      headers: this.headers,
      ...(signal ? { signal } : {}),
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
 * @param readySeconds - within which a replica starts
 */
export function describeProvider(
  api: ApiClient,
  { readySeconds = 10, namespace = DEFAULT_NAMESPACE } = {},
): void {
  const limit = readySeconds * 1000;
  test(
    'deploy, list, describe, invoke, update, scale, remove',
    async () => {
      expect(await api.status('PUT', '/system/functions', deployment('life'))).toBe(404);
      expect(
        await api.status('POST', '/system/functions', deployment('life', { labels: { a: 'b' } })),
      ).toBe(202);
      await api.ready('life', 1, readySeconds);
      const all = await api.json<{ name: string; invocationCount?: number }[]>('/system/functions');
      const listed = all.find(({ name }) => name === 'life');
      expect(listed!.invocationCount ?? 0).toBe(0); // the gateway leaves a 0 out
      expect(listed).toMatchObject({
        name: 'life',
        image: 'test/function:latest',
        namespace,
        labels: { a: 'b' },
        replicas: 1,
        availableReplicas: 1,
      });
      const response = await api.call('POST', '/function/life/deeper/path?a=1&b=%20', 'x');
      expect(response.status).toBe(200);
      expect(response.headers.get('x-call-id')).toMatch(/^[0-9a-f-]{36}$/);
      expect(response.headers.get('x-start-time')).toMatch(/^\d{19}$/);
      expect(await response.json()).toMatchObject({
        path: '/deeper/path?a=1&b=%20',
        method: 'POST',
      });
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
            (
              (await (await api.call('GET', '/function/life')).json()) as {
                env: { COLOUR?: string };
              }
            ).env.COLOUR,
          { timeout: limit },
        )
        .toBe('blue');
      expect(
        await api.status('POST', '/system/scale-function/life', {
          serviceName: 'life',
          replicas: 2,
        }),
      ).toBe(202);
      await api.ready('life', 2, readySeconds);
      expect(await api.json('/system/function/life?usage=1')).toMatchObject({ replicas: 2 });
      expect(await api.status('DELETE', '/system/functions', { functionName: 'life' })).toBe(202);
      expect(await api.status('GET', '/system/function/life')).toBe(404);
      expect(await api.status('DELETE', '/system/functions', { functionName: 'life' })).toBe(404);
    },
    5 * limit,
  );

  test(
    'secrets',
    async () => {
      const secret = { name: 'key', value: 'hidden' };
      expect(await api.status('PUT', '/system/secrets', secret)).toBe(404);
      expect(await api.status('POST', '/system/secrets', secret)).toBe(202);
      expect(await api.status('POST', '/system/secrets', secret)).toBe(409);
      expect(await api.json('/system/secrets')).toContainEqual({
        name: 'key',
        namespace,
      });
      expect(
        await api.status('POST', '/system/functions', deployment('keyed', { secrets: ['key'] })),
      ).toBe(202);
      await api.ready('keyed', 1, readySeconds);
      expect(await (await api.call('GET', '/function/keyed/secret?name=key')).text()).toBe(
        'hidden',
      );
      expect(
        await api.status('POST', '/system/functions', deployment('other', { secrets: ['none'] })),
      ).toBe(400);
      expect(await api.status('DELETE', '/system/functions', { functionName: 'keyed' })).toBe(202);
      expect(await api.status('DELETE', '/system/secrets', { name: 'key' })).toBe(202);
      expect(await api.status('DELETE', '/system/secrets', { name: 'key' })).toBe(404);
    },
    5 * limit,
  );

  test(
    'logs, as lines of JSON',
    async () => {
      await api.status('POST', '/system/functions', deployment('talker'));
      await api.ready('talker', 1, readySeconds);
      await api.status('GET', '/function/talker/say?text=one');
      await api.status('GET', '/function/talker/say?text=two');
      const lines = async (query: string) => {
        const answer = await api.call('GET', `/system/logs?name=talker&follow=false&${query}`);
        const ndjson = (await answer.text()).trim().split('\n').filter(Boolean);
        return ndjson.map((line) => JSON.parse(line) as { text: string; instance: string });
      };
      const texts = async (query: string) => (await lines(query)).map(({ text }) => text);
      await expect.poll(() => texts('tail=2'), { timeout: limit }).toEqual(['one', 'two']);
      const [last] = await lines('tail=1');
      expect(last).toMatchObject({
        name: 'talker',
        namespace,
        instance: expect.stringMatching(/^talker-/) as string,
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
      });
      expect(await texts('tail=-1')).toContain(`starting ${last!.instance}`);
      expect(await texts(`tail=1&instance=${last!.instance}`)).toEqual(['two']);
      expect(await texts('tail=1&instance=none')).toEqual([]);
      expect(await texts('tail=0')).toEqual([]);
      expect(await texts(`since=${new Date(Date.now() + 60_000).toISOString()}`)).toEqual([]);
      await api.status('DELETE', '/system/functions', { functionName: 'talker' });
    },
    5 * limit,
  );

  test(
    'logs, followed',
    async () => {
      await api.status('POST', '/system/functions', deployment('follower'));
      await api.ready('follower', 1, readySeconds);
      const gone = new AbortController();
      // The gateway sends nothing before the first line.
      const say = setInterval(() => void api.status('GET', '/function/follower/say?text=now'), 200);
      const answer = await api.call(
        'GET',
        '/system/logs?name=follower&follow=true&tail=0',
        undefined,
        gone.signal,
      );
      const reader = answer.body!.pipeThrough(new TextDecoderStream()).getReader();
      let text = '';
      while (!text.includes('"text":"now"')) text += (await reader.read()).value ?? '';
      clearInterval(say);
      gone.abort();
      expect(text).not.toContain('starting');
      await api.status('DELETE', '/system/functions', { functionName: 'follower' });
    },
    5 * limit,
  );

  test.each<[string, string, object | undefined, number, number?]>([
    ['GET', '/system/function/none', undefined, 404],
    ['POST', '/system/scale-function/none', { serviceName: 'none', replicas: 1 }, 404],
    ['POST', '/system/functions', { service: 'a b', image: 'x' }, 400],
    ['POST', '/system/functions', { service: 'x', image: '' }, 400],
    ['GET', '/system/logs?name=none', undefined, 404, 501],
    ['GET', '/system/logs?name=none&tail=x', undefined, 422, 500],
    ['GET', '/system/functions?namespace=other', undefined, 400],
    ['GET', '/system/namespace/x', undefined, 501],
    ['GET', '/system/nothing', undefined, 404],
  ])('%s %s %j is answered %i', async (method, path, body, status, byGateway = status) => {
    expect([status, byGateway]).toContain(await api.status(method, path, body));
  });

  test('health, namespaces and info', async () => {
    expect(await api.status('GET', '/healthz')).toBe(200);
    expect(await api.json('/system/namespaces')).toEqual([namespace]);
    expect(await api.json('/system/info')).toMatchObject({
      provider: { provider: 'power-harness', orchestration: expect.any(String) as string },
    });
  });
}

/** What a provider spoken to directly must do besides; OpenFaaS CE's gateway never lets a function have no replica. */
export function describeScalingToZero(api: ApiClient, readySeconds = 10): void {
  test(
    'to zero, and back by requests that come together',
    async () => {
      const scale = { serviceName: 'sleeper', replicas: 0 };
      await api.status('POST', '/system/functions', deployment('sleeper'));
      await api.ready('sleeper', 1, readySeconds);
      expect(await api.status('POST', '/system/scale-function/sleeper', scale)).toBe(202);
      await api.ready('sleeper', 0, readySeconds);
      const call = () => api.status('GET', '/function/sleeper');
      expect(await Promise.all(Array.from({ length: 5 }, call))).toEqual([200, 200, 200, 200, 200]);
      expect(await api.json('/system/function/sleeper')).toMatchObject({
        replicas: 1,
        availableReplicas: 1,
        invocationCount: 5,
      });
      await api.status('DELETE', '/system/functions', { functionName: 'sleeper' });
    },
    5000 * readySeconds,
  );
}
