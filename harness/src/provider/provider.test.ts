import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { request, type IncomingMessage } from 'node:http';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { execa } from 'execa';
import { findProgramOrSkip } from '../bench/required-programs.js';
import { findProgram } from '../tools/program.js';
import { ApiClient, describeProvider, describeScalingToZero } from './conformance.js';
import {
  deployment,
  functionsRoot,
  startProvider,
  type RunningProvider,
} from './provider-process.js';

const started: RunningProvider[] = [];
afterAll(() => started.forEach(({ child }) => child.kill('SIGKILL')));

async function provider(...flags: string[]): Promise<RunningProvider> {
  const running = await startProvider(['--functions-root', functionsRoot(), ...flags]);
  if (!('url' in running)) throw new Error(running.stderr);
  started.push(running);
  return running;
}

function alive(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'latin1').includes(') Z ');
  } catch {
    return false;
  }
}

let own: RunningProvider;
const api = new ApiClient(() => own.url);

beforeAll(async () => {
  own = await provider('--upstream-timeout-seconds', '1');
});

describe('a provider of functions as processes', () => {
  describeProvider(api);
  describeScalingToZero(api);
});

describe('functions that misbehave', () => {
  test('one that is not there, or has no command, or leads out of the folder', async () => {
    expect(await api.status('GET', '/function/none')).toBe(404);
    const outside = deployment('out', {
      annotations: { 'power-harness.command': 'x', 'power-harness.directory': '../..' },
    });
    const response = await api.call('POST', '/system/functions', outside);
    expect([response.status, await response.text()]).toEqual([
      400,
      expect.stringContaining('leads out of') as string,
    ]);
    const bare = await api.call('POST', '/system/functions', { service: 'bare', image: 'x' });
    expect(await bare.text()).toContain('no annotation power-harness.command');
  });

  test('one that ends at start is started again, later and later; callers get 503 at once, and its log says why', async () => {
    await api.call(
      'POST',
      '/system/functions',
      deployment('doomed', { envVars: { CRASH_AT_START: '1' } }),
    );
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const start = performance.now();
    const response = await api.call('GET', '/function/doomed');
    expect([response.status, await response.text()]).toEqual([
      503,
      'No endpoints available for: doomed.\n',
    ]);
    expect(response.headers.get('x-openfaas-internal')).toBe('proxy');
    expect(performance.now() - start).toBeLessThan(500);
    const logs = await (await api.call('GET', '/system/logs?name=doomed&follow=false')).text();
    expect(logs).toContain('ended by itself (exit code 3)');
    expect(logs.match(/ended by itself/g)!.length).toBeLessThan(6);
    await api.status('DELETE', '/system/functions', { functionName: 'doomed' });
  });

  test('one that never gets ready is not called ready, and its log says so', async () => {
    const never = deployment('never', { envVars: { NEVER_READY: '1' } });
    never.annotations = {
      ...never.annotations,
      'power-harness.ready-timeout-seconds': '0.5',
    } as never;
    await api.call('POST', '/system/functions', never);
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect(await api.json('/system/function/never')).toMatchObject({ availableReplicas: 0 });
    const logs = await (await api.call('GET', '/system/logs?name=never&follow=false')).text();
    expect(logs).toContain('not ready after 0.5 s: /_/health on its port: it answers 503');
    await api.status('DELETE', '/system/functions', { functionName: 'never' });
  });

  test('one that crashes under a request: its caller gets 502, and it comes back', async () => {
    await api.call('POST', '/system/functions', deployment('fragile'));
    await api.ready('fragile');
    const response = await api.call('GET', '/function/fragile/crash');
    expect([response.status, await response.text()]).toEqual([
      502,
      expect.stringContaining("Can't reach service for: fragile.") as string,
    ]);
    await expect.poll(() => api.status('GET', '/function/fragile'), { timeout: 5000 }).toBe(200);
    await api.status('DELETE', '/system/functions', { functionName: 'fragile' });
  });

  test('one that is too slow: 504', async () => {
    await api.call('POST', '/system/functions', deployment('slow'));
    await api.ready('slow');
    expect(await api.status('GET', '/function/slow/slow?ms=3000')).toBe(504);
    expect(await api.status('GET', '/function/slow/slow?ms=10')).toBe(200);
    await api.status('DELETE', '/system/functions', { functionName: 'slow' });
  }, 10_000);
});

describe('requests', () => {
  beforeAll(async () => {
    await api.call(
      'POST',
      '/system/functions',
      deployment('target', { envVars: { SHOWN: 'yes' } }),
    );
    await api.ready('target');
  });

  test('large bodies come through whole, both ways', async () => {
    const body = randomBytes(3_000_000);
    const response = await fetch(`${own.url}/function/target/echo`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'image/x' },
    });
    expect([response.status, response.headers.get('content-type')]).toEqual([201, 'image/x']);
    const digest = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
    expect(digest(new Uint8Array(await response.arrayBuffer()))).toBe(digest(body));
  });

  test('a caller that leaves halfway through a small body is forgotten', async () => {
    await api.call('POST', '/system/functions', deployment('leaver'));
    await api.ready('leaver');
    const { port } = new URL(own.url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(
      'POST /function/leaver/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf',
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
    socket.destroy();
    // A replica with a request in flight would be drained first, for 10 s.
    const replicas = await api.json<{ function: string; pid: number }[]>('/system/replicas');
    const { pid } = replicas.find((replica) => replica.function === 'leaver')!;
    await api.call('POST', '/system/scale-function/leaver', { serviceName: 'leaver', replicas: 0 });
    await expect.poll(() => alive(pid), { timeout: 3000 }).toBe(false);
    await api.status('DELETE', '/system/functions', { functionName: 'leaver' });
  });

  test('an answer is passed on as it comes', async () => {
    const times: number[] = [];
    await new Promise<void>((resolve) => {
      request(`${own.url}/function/target/events`, (response) => {
        response.on('data', () => times.push(performance.now())).on('end', resolve);
      }).end();
    });
    expect(times).toHaveLength(2);
    expect(times[1]! - times[0]!).toBeGreaterThan(200);
  });

  test('a connection that changes its protocol is passed on, both ways', async () => {
    const headers = { connection: 'Upgrade', upgrade: 'echo' };
    const answer = await new Promise<string>((resolve, reject) => {
      const call = request(`${own.url}/function/target/socket`, { headers });
      call.once('upgrade', (_, socket) => {
        socket.once('data', (data: Buffer) => {
          socket.destroy();
          resolve(data.toString());
        });
        socket.write('hello');
      });
      call.once('error', reject).end();
    });
    expect(answer).toBe('hello');
  });

  test('headers: call id kept, forwarding told, hop-by-hop gone, environment of its own', async () => {
    const headers = {
      'x-call-id': 'mine',
      'x-forwarded-for': '10.0.0.1',
      te: 'trailers',
      connection: 'keep-alive, X-Hop',
      'x-hop': 'for the next hop only',
    };
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const call = request(`${own.url}/function/target.openfaas-fn/`, { headers }, resolve);
      call.once('error', reject).end();
    });
    const seen = (await json(response)) as {
      headers: Record<string, string>;
      env: Record<string, string>;
    };
    expect(response.headers['x-call-id']).toBe('mine');
    expect(seen.headers).toMatchObject({
      'x-call-id': 'mine',
      'x-forwarded-for': '10.0.0.1, 127.0.0.1',
      'x-forwarded-host': new URL(own.url).host,
    });
    expect(Object.keys(seen.headers)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(te|x-hop)$/)]),
    );
    expect(seen.env).toMatchObject({
      SHOWN: 'yes',
      OPENFAAS_NAME: 'target',
      REPLICA_NAME: 'target-1',
    });
    expect(Object.keys(seen.env).filter((name) => /VITEST|npm_/.test(name))).toEqual([]);
  });

  test('many at once are spread over replicas, and counted', async () => {
    await api.call('POST', '/system/scale-function/target', { serviceName: 'target', replicas: 3 });
    await api.ready('target', 3);
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => api.call('GET', '/function/target/slow?ms=50')),
    );
    const replicas = new Set(answers.map((answer) => answer.headers.get('x-replica')));
    expect(replicas.size).toBe(3);
    const listed = await api.json<{ function: string; requests: number }[]>('/system/replicas');
    expect(
      listed.filter((each) => each.function === 'target').every(({ requests }) => requests >= 5),
    ).toBe(true);
  });

  test('an update loses no request', async () => {
    let failures = 0;
    let running = true;
    const load = (async () => {
      while (running)
        if ((await api.status('GET', '/function/target/slow?ms=5')) !== 200) failures++;
    })();
    await api.call('PUT', '/system/functions', deployment('target', { envVars: { SHOWN: 'new' } }));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    running = false;
    await load;
    expect(failures).toBe(0);
    expect(
      ((await (await api.call('GET', '/function/target')).json()) as { env: { SHOWN: string } }).env
        .SHOWN,
    ).toBe('new');
  });

  test('usage is told where it is asked for', async () => {
    const usage = {
      cpu: expect.any(Number) as number,
      totalMemoryBytes: expect.any(Number) as number,
    };
    expect(await api.json('/system/function/target?usage=1')).toMatchObject({ usage });
    expect(await api.json('/system/function/target')).not.toHaveProperty('usage');
  });
});

describe('the end', () => {
  async function withFunction(): Promise<{ running: RunningProvider; pid: number }> {
    const running = await provider();
    const client = new ApiClient(() => running.url);
    await client.call('POST', '/system/functions', deployment('f'));
    await client.ready('f');
    const [{ pid } = { pid: 0 }] = await client.json<{ pid: number }[]>('/system/replicas');
    expect(alive(pid)).toBe(true);
    return { running, pid };
  }

  test('SIGTERM stops its functions, and ends it with 0', async () => {
    const { running, pid } = await withFunction();
    running.child.kill('SIGTERM');
    expect((await running.ended).code).toBe(0);
    expect(alive(pid)).toBe(false);
  });

  test('killed, it takes its functions with it', async () => {
    const { running, pid } = await withFunction();
    running.child.kill('SIGKILL');
    await expect.poll(() => alive(pid), { timeout: 3000 }).toBe(false);
  });

  test('a port that is taken, a flag that is wrong', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    expect(
      await startProvider(['--functions-root', functionsRoot(), '--port', String(port)]),
    ).toMatchObject({
      code: 5,
      stderr: expect.stringContaining("can't listen on") as string,
    });
    server.close();
    expect(await startProvider(['--functions-root', '/nowhere'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--functions-root must be a folder') as string,
    });
    expect(
      await startProvider([
        '--functions-root',
        functionsRoot(),
        '--upstream-timeout-seconds',
        'soon',
      ]),
    ).toMatchObject({ code: 2 });
  });
});

const missing = findProgramOrSkip('faas-cli');
describe.skipIf(missing)(`by the real faas-cli, with a password${missing ?? ''}`, () => {
  test('login, deploy, list, describe, invoke, logs, secret, remove', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'faas-cli-'));
    writeFileSync(join(directory, 'basic-auth-user'), 'admin\n');
    writeFileSync(join(directory, 'basic-auth-password'), 'open sesame\n');
    const { url } = await provider('--basic-auth-dir', directory);
    const stack = join(directory, 'stack.yml');
    writeFileSync(
      stack,
      `version: 1.0\nprovider: { name: openfaas }\nfunctions:\n  cli:\n    lang: dockerfile\n    handler: .\n    skip_build: true\n    image: test/cli:latest\n    secrets: [token]\n    annotations: { power-harness.command: "${process.execPath} function.mjs" }\n`,
    );
    const cli = (args: string[], input = '') =>
      execa(findProgram('faas-cli'), [...args, '--gateway', url], {
        all: true,
        reject: false,
        input,
        env: { OPENFAAS_CONFIG: directory },
      });
    expect((await cli(['list'])).exitCode).toBe(1);
    expect(
      (await cli(['login', '--username', 'admin', '--password-stdin'], 'wrong')).exitCode,
    ).toBe(1);
    expect(
      (await cli(['login', '--username', 'admin', '--password-stdin'], 'open sesame')).exitCode,
    ).toBe(0);
    expect(
      (await cli(['secret', 'create', 'token', '--from-literal', 'hidden value'])).exitCode,
    ).toBe(0);
    const deployed = await cli(['deploy', '-f', stack, '--read-template=false']);
    expect([deployed.exitCode, deployed.all]).toEqual([
      0,
      expect.stringContaining('Deployed. 202 Accepted.') as string,
    ]);
    const auth = { authorization: `Basic ${Buffer.from('admin:open sesame').toString('base64')}` };
    await new ApiClient(() => url, auth).ready('cli');
    expect((await cli(['list'])).all).toMatch(/cli\s+0\s+1/);
    expect((await cli(['describe', 'cli'])).all).toMatch(/Status:\s+Ready/);
    expect((await cli(['invoke', 'cli'], 'x')).all).toContain('"method":"POST"');
    expect((await cli(['logs', 'cli', '--tail=false', '--lines', '5'])).all).toContain(
      'starting cli-1',
    );
    expect((await cli(['secret', 'list'])).all).toContain('token');
    expect((await cli(['logs', 'cli', '--tail=false'])).all).not.toContain('hidden value');
    expect((await cli(['remove', 'cli'])).exitCode).toBe(0);
    expect((await cli(['secret', 'remove', 'token'])).exitCode).toBe(0);
    expect((await fetch(`${url}/system/functions`)).status).toBe(401);
  });
});
