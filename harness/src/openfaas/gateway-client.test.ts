import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { GatewayAccess } from './gateway-access.js';
import {
  describeFunction,
  invokeOnce,
  listFunctions,
  replicas,
  scaleFunction,
} from './gateway-client.js';
import { waitReady } from './wait-ready.js';

type Route = (request: IncomingMessage, response: ServerResponse, body: string) => void;

let routes: Record<string, Route>;
let server: Server;
let gateway: GatewayAccess;
const never = new AbortController().signal;

beforeEach(async () => {
  routes = {};
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      const route = routes[`${request.method} ${request.url!.split('?')[0]}`];
      if (route) route(request, response, body);
      else response.writeHead(404).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  gateway = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

function json(value: unknown, status = 200): Route {
  return (_, response) => response.writeHead(status).end(JSON.stringify(value));
}

const STATUS = { name: 'sleep', image: 'power-harness/sleep:latest', replicas: 1 };

test('lists and describes; absent fields have their zero', async () => {
  routes['GET /system/functions'] = json([STATUS]);
  routes['GET /system/function/sleep'] = json({ ...STATUS, availableReplicas: 1 });

  expect(await listFunctions(gateway)).toEqual([
    { ...STATUS, availableReplicas: 0, invocationCount: 0, annotations: {}, labels: {} },
  ]);
  expect(await describeFunction(gateway, 'sleep')).toMatchObject({ availableReplicas: 1 });
  expect(await describeFunction(gateway, 'other')).toBeUndefined();
});

test('scales', async () => {
  let sent = '';
  routes['POST /system/scale-function/sleep'] = (_, response, body) => {
    sent = body;
    response.writeHead(202).end();
  };
  await scaleFunction(gateway, 'sleep', 3);
  expect(JSON.parse(sent)).toEqual({ serviceName: 'sleep', replicas: 3 });
});

test('replicas, and none from a gateway without that extension', async () => {
  expect(await replicas(gateway)).toEqual([]);
  const one = {
    function: 'sleep',
    instance: 'sleep-1',
    pid: 42,
    port: 4000,
    ready: true,
    requests: 7,
    restarts: 0,
  };
  routes['GET /system/replicas'] = json([one]);
  expect(await replicas(gateway)).toEqual([one]);
});

test('invokes once and gives any answer back', async () => {
  routes['POST /function/sleep'] = (request, response, body) => {
    response.writeHead(400).end(`${request.headers['content-type']} ${body}`);
  };
  const payload = { body: Buffer.from('{}'), contentType: 'application/json' };
  expect(await invokeOnce(gateway, 'sleep', payload)).toMatchObject({
    status: 400,
    body: 'application/json {}',
  });
});

test('credentials are sent; without them, or with wrong ones, the error says which', async () => {
  routes['GET /system/functions'] = (request, response) => {
    const wanted = `Basic ${Buffer.from('admin:secret').toString('base64')}`;
    if (request.headers.authorization === wanted) response.end('[]');
    else response.writeHead(401).end('invalid credentials');
  };
  expect(await listFunctions({ ...gateway, username: 'admin', password: 'secret' })).toEqual([]);
  await expect(listFunctions(gateway)).rejects.toMatchObject({
    code: 'GATEWAY_REFUSED',
    message: expect.stringContaining('asks for') as string,
  });
  await expect(
    listFunctions({ ...gateway, username: 'admin', password: 'wrong' }),
  ).rejects.toMatchObject({ message: expect.stringContaining("'admin'") as string });
});

test('what is no gateway, and what is not there', async () => {
  routes['GET /system/functions'] = (_, response) => void response.end('<html>');
  await expect(listFunctions(gateway)).rejects.toMatchObject({
    code: 'GATEWAY_ERROR',
    message: expect.stringContaining('<html>') as string,
  });
  routes['GET /system/functions'] = (_, response) => void response.writeHead(500).end('broken');
  await expect(listFunctions(gateway)).rejects.toMatchObject({
    message: expect.stringContaining('500: broken') as string,
  });
  await expect(listFunctions({ url: 'http://127.0.0.1:1' })).rejects.toMatchObject({
    code: 'GATEWAY_UNREACHABLE',
    exitCode: 5,
  });
});

test('a silent gateway: a limit, and an abort', async () => {
  routes['POST /function/x'] = () => undefined;
  const payload = { body: Buffer.alloc(0), contentType: 'text/plain' };
  await expect(invokeOnce(gateway, 'x', payload, { limitSeconds: 0.2 })).rejects.toMatchObject({
    message: expect.stringContaining('within 0.2 s') as string,
  });
  const signal = AbortSignal.timeout(100);
  await expect(invokeOnce(gateway, 'x', payload, { signal })).rejects.toMatchObject({
    code: 'INTERRUPTED',
  });
});

test('waits until a replica is available', async () => {
  let asked = 0;
  routes['GET /system/function/sleep'] = (_, response) => {
    response.end(JSON.stringify({ ...STATUS, availableReplicas: ++asked < 3 ? 0 : 1 }));
  };
  expect(await waitReady(gateway, 'sleep', 5, never)).toMatchObject({ availableReplicas: 1 });
  expect(asked).toBe(3);
});

test('a function that keeps ending: how often, and what it said last', async () => {
  routes['GET /system/function/sleep'] = json(STATUS);
  routes['GET /system/replicas'] = json([{ function: 'sleep', ready: false, restarts: 4 }]);
  routes['GET /system/logs'] = (_, response) => {
    response.end(
      '{"name":"sleep","text":"Error: no such module\\n"}\n{"name":"sleep","text":"bye"}\n',
    );
  };
  await expect(waitReady(gateway, 'sleep', 0.3, never)).rejects.toMatchObject({
    code: 'FUNCTION_NOT_READY',
    message: expect.stringMatching(/4 times.*no such module \/ bye/) as string,
  });
});

test('a function the gateway does not know, and an abort', async () => {
  await expect(waitReady(gateway, 'other', 0.2, never)).rejects.toMatchObject({
    message: expect.stringContaining('does not know it') as string,
  });
  await expect(waitReady(gateway, 'other', 60, AbortSignal.timeout(100))).rejects.toMatchObject({
    code: 'INTERRUPTED',
  });
});
