import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PROGRAM = join(import.meta.dirname, '../../dist/provider/main.js');

/** A function for tests: how it behaves is told by its path, its start by environment variables. */
const FUNCTION = `
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
console.log('starting', process.env.REPLICA_NAME);
if (process.env.CRASH_AT_START) process.exit(3);
const server = createServer(async (request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://function');
  if (pathname === '/_/health') return response.writeHead(process.env.NEVER_READY ? 503 : 200).end();
  if (pathname === '/crash') process.exit(1);
  if (pathname === '/slow') await new Promise((resolve) => setTimeout(resolve, Number(searchParams.get('ms'))));
  if (pathname === '/say') console.log(searchParams.get('text'));
  if (pathname === '/secret') {
    return response.end(readFileSync(join(process.env.secret_mount_path, searchParams.get('name'))));
  }
  if (pathname === '/echo') {
    response.writeHead(201, { 'content-type': request.headers['content-type'] ?? 'text/plain' });
    return request.pipe(response);
  }
  if (pathname === '/events') {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: 1\\n\\n');
    return setTimeout(() => response.end('data: 2\\n\\n'), 400);
  }
  response.setHeader('x-replica', process.env.REPLICA_NAME);
  response.end(JSON.stringify({ path: request.url, method: request.method, headers: request.headers, env: process.env, pid: process.pid }));
});
server.on('upgrade', (request, socket) => {
  socket.write('HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: echo\\r\\nConnection: Upgrade\\r\\n\\r\\n');
  socket.pipe(socket);
});
server.listen(Number(process.env.PORT), process.env.HOST);
process.on('SIGTERM', () => server.close(() => process.exit(0)));
`;

export interface RunningProvider {
  child: ChildProcess;
  url: string;
  ended: Promise<{ code: number | null; stderr: string }>;
}

/** A folder with a function for tests in it. */
export function functionsRoot(): string {
  const root = mkdtempSync(join(tmpdir(), 'provider-'));
  writeFileSync(join(root, 'function.mjs'), FUNCTION);
  return root;
}

/** The provider as a process; for tests. */
export async function startProvider(
  flags: string[],
  env: Record<string, string> = {},
): Promise<RunningProvider | { code: number | null; stderr: string }> {
  const args = [PROGRAM, '--port', '0', ...flags];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  });
  let stderr = '';
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
  const ended = new Promise<{ code: number | null; stderr: string }>((resolve) => {
    child.once('close', (code) => resolve({ code, stderr }));
  });
  const listening = new Promise<{ url: string }>((resolve) => {
    child.stdout.once('data', (data: Buffer) =>
      resolve(JSON.parse(data.toString()) as { url: string }),
    );
  });
  const first = await Promise.race([listening, ended]);
  return 'url' in first ? { child, url: first.url, ended } : first;
}

/** A deployment of the function for tests. */
export function deployment(service: string, more: object = {}) {
  return {
    service,
    image: 'test/function:latest',
    annotations: { 'power-harness.command': `${process.execPath} function.mjs` },
    ...more,
  };
}
