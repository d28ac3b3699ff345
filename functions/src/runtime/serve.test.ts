import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ServeProcess, startServe } from './serve-process.js';

const INPUT_ERROR = new URL('../../dist/runtime/input-error.js', import.meta.url).href;

let directory: string;
let running: ServeProcess[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'serve-'));
  running = [];
});

afterEach(async () => {
  for (const { child } of running) child.kill('SIGKILL');
  await Promise.all(running.map(({ ended }) => ended));
  rmSync(directory, { recursive: true, force: true });
});

function moduleOf(source: string): string {
  const file = join(directory, 'handler.mjs');
  writeFileSync(file, `import { InputError } from '${INPUT_ERROR}';\n${source}`);
  return file;
}

async function serve(source: string, env: Record<string, string> = {}): Promise<ServeProcess> {
  const started = await startServe(moduleOf(source), env);
  running.push(started);
  return started;
}

const post = (url: string, body: string | Buffer) => fetch(url, { method: 'POST', body });

test('the handler gets body, method, URL and headers; the answer says duration and replica', async () => {
  const { url } = await serve(
    'export const handler = (body, { method, url, headers }) => ({ body: String(body), method, url, x: headers["x-a"] });',
    { REPLICA_NAME: 'x-1' },
  );
  const response = await fetch(`${url}/a?b=1`, {
    method: 'PUT',
    body: 'text',
    headers: { 'X-A': 'yes' },
  });

  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ body: 'text', method: 'PUT', url: '/a?b=1', x: 'yes' });
  expect(response.headers.get('content-type')).toBe('application/json');
  expect(response.headers.get('x-replica')).toBe('x-1');
  expect(Number(response.headers.get('x-duration-seconds'))).toBeGreaterThan(0);
});

test('a text is sent as text, a buffer as bytes; the replica is the host by default', async () => {
  const { url } = await serve(
    'export const handler = (body) => String(body) === "t" ? "text" : Buffer.from([0, 255]);',
  );
  const text = await post(url, 't');
  const bytes = await post(url, 'b');

  expect([text.headers.get('content-type'), await text.text()]).toEqual([
    'text/plain; charset=utf-8',
    'text',
  ]);
  expect(bytes.headers.get('content-type')).toBe('application/octet-stream');
  expect([...new Uint8Array(await bytes.arrayBuffer())]).toEqual([0, 255]);
  expect(text.headers.get('x-replica')).toBe(hostname());
});

test('healthy as soon as it listens', async () => {
  const { url } = await serve('export const handler = () => "";');
  expect((await fetch(`${url}/_/health`)).status).toBe(200);
});

test('the caller’s mistake is 400, the function’s is 500, and the process lives on', async () => {
  const { url, output } = await serve(`export const handler = async (body) => {
    if (body.length === 1) throw new InputError('one byte is not enough');
    if (body.length === 2) throw new TypeError('a bug');
    if (body.length === 3) return undefined;
    return 'fine';
  };`);
  const bad = await post(url, 'a');
  expect([bad.status, await bad.json()]).toEqual([400, { error: 'one byte is not enough' }]);
  const bug = await post(url, 'ab');
  expect([bug.status, await bug.json()]).toEqual([500, { error: 'The function failed: a bug' }]);
  await expect.poll(output).toContain('TypeError: a bug'); // its pipe may come after the answer
  expect((await post(url, 'abc')).status).toBe(500);
  expect((await post(url, 'abcd')).status).toBe(200);
});

test('a body above the limit is 413, told by its length or not', async () => {
  const { url } = await serve('export const handler = (body) => String(body.length);', {
    MAX_BODY_BYTES: '1000',
  });
  expect(await (await post(url, 'x'.repeat(1000))).text()).toBe('1000');
  const told = await post(url, 'x'.repeat(1001));
  expect([told.status, await told.json()]).toEqual([
    413,
    { error: 'The body is larger than 1000 bytes.' },
  ]);
  const untold = await fetch(url, {
    method: 'POST',
    body: new Blob(['x'.repeat(2_000_000)]).stream(),
    duplex: 'half',
  } as RequestInit);
  expect(untold.status).toBe(413);
  expect((await post(url, 'x')).status).toBe(200);
});

test('a caller that goes away in the middle harms nobody', async () => {
  const { url, output } = await serve('export const handler = () => "fine";');
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  await new Promise((resolve) => {
    socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nabc', resolve);
  });
  socket.destroy();
  expect((await post(url, 'x')).status).toBe(200);
  expect(output()).not.toContain('Error');
});

test('SIGTERM: what is in flight is answered, idle connections are closed, exit code 0', async () => {
  const { url, child, ended } = await serve(
    'export const handler = () => new Promise((done) => setTimeout(done, 500, "late"));',
  );
  await fetch(`${url}/_/health`); // leaves an idle connection
  const inFlight = post(url, '');
  await new Promise((resolve) => setTimeout(resolve, 150));
  const stopped = performance.now();
  child.kill('SIGTERM');

  expect(await (await inFlight).text()).toBe('late');
  expect(await ended).toBe(0);
  expect(performance.now() - stopped).toBeLessThan(2000);
});

test('a port that is taken: a message and exit code 1', async () => {
  const { url } = await serve('export const handler = () => "";');
  const { port } = new URL(url);
  const second = startServe(moduleOf('export const handler = () => "";'), { PORT: port });
  await expect(second).rejects.toThrow(
    new RegExp(`ended with 1: Can't listen on 127.0.0.1 port ${port}: .*EADDRINUSE`),
  );
});

test.each([
  ['export const other = 1;', /ended with 1: .*exports no function named "handler"/],
  ['throw new Error("no model");', /ended with 1: Can't load .*no model/],
  ['export const handler = (', /ended with 1: Can't load/],
])('a module that can’t be served: %s', async (source, message) => {
  await expect(startServe(moduleOf(source))).rejects.toThrow(message);
});

test('settings that are no numbers, and a module that is not there', async () => {
  const module = moduleOf('export const handler = () => "";');
  await expect(startServe(module, { PORT: 'http' })).rejects.toThrow(/ended with 1: PORT must be/);
  await expect(startServe(join(directory, 'none.js'))).rejects.toThrow(/ended with 1: Can't load/);
});
