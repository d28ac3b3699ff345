import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { prometheusAccess } from './prometheus-access.js';
import { remoteWrite } from './remote-write.js';
import type { Series } from './run-series.js';

const SERIES: Series[] = [
  { labels: { __name__: 'x' }, samples: [{ timestamp: 1_795_435_200_000, value: 1 }] },
];

const closing: (() => void)[] = [];
afterEach(() => closing.splice(0).forEach((close) => close()));

async function answering(status: number, body: string) {
  const headers: Record<string, string | string[] | undefined>[] = [];
  const server = createServer((request, response) => {
    headers.push(request.headers);
    request.resume().on('end', () => response.writeHead(status).end(body));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  closing.push(() => server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, headers };
}

test('it logs in by the environment, with what the protocol asks for', async () => {
  const { url, headers } = await answering(204, '');
  await remoteWrite(prometheusAccess(url, { POWER_HARNESS_PROMETHEUS_TOKEN: 't' }), SERIES);
  const login = { USERNAME: 'me', PASSWORD: 'pass' };
  const env = Object.fromEntries(
    Object.entries(login).map(([key, value]) => [`POWER_HARNESS_PROMETHEUS_${key}`, value]),
  );
  await remoteWrite(prometheusAccess(url, env), SERIES);
  expect(headers[0]).toMatchObject({
    authorization: 'Bearer t',
    'content-encoding': 'snappy',
    'content-type': 'application/x-protobuf',
    'x-prometheus-remote-write-version': '0.1.0',
  });
  expect(headers[1]!['authorization']).toBe(`Basic ${btoa('me:pass')}`);
});

test.each([
  [400, 'out of bounds\nmore', 'answers 400: out of bounds', 'out_of_order_time_window'],
  [401, 'Unauthorized', 'answers 401', 'POWER_HARNESS_PROMETHEUS_USERNAME'],
  [404, '404 page not found', 'answers 404', '--web.enable-remote-write-receiver'],
  [500, 'boom', 'answers 500: boom', 'log'],
])('%i', async (status, body, message, hint) => {
  const { url } = await answering(status, body);
  await expect(remoteWrite(prometheusAccess(url, {}), SERIES)).rejects.toMatchObject({
    code: 'PROMETHEUS_REFUSES',
    message: expect.stringContaining(message) as string,
    hint: expect.stringContaining(hint) as string,
  });
});

test('nobody there', async () => {
  const access = prometheusAccess('http://127.0.0.1:9', {});
  await expect(remoteWrite(access, SERIES)).rejects.toMatchObject({
    code: 'PROMETHEUS_UNREACHABLE',
  });
});

test.each(['prometheus', 'ftp://x', 'http://me:pass@127.0.0.1'])('%s is no address', (url) => {
  expect(() => prometheusAccess(url, {})).toThrow(
    expect.objectContaining({ code: 'PROMETHEUS_URL' }),
  );
});
