import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hashSync } from 'bcryptjs';
import { afterEach, expect, test } from 'vitest';
import { Agent, request } from 'undici';
import { metersYaml, startExporter, type RunningExporter } from './exporter-process.js';
import { readWebConfig } from './web-config.js';

const started: RunningExporter[] = [];
afterEach(() => started.splice(0).forEach(({ child }) => child.kill('SIGKILL')));

const HASH = hashSync('open sesame', 4);

function folder(yaml: string): { directory: string; file: string } {
  const directory = mkdtempSync(join(tmpdir(), 'web-config-'));
  const file = join(directory, 'web.yml');
  writeFileSync(file, yaml);
  return { directory, file };
}

async function exporter(file: string): Promise<RunningExporter> {
  const running = await startExporter(metersYaml(9), '127.0.0.1:0', {
    args: ['--web.config.file', file],
  });
  if (!('url' in running)) throw new Error(running.stderr);
  started.push(running);
  return running;
}

const basic = (user: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});

test('a password is asked for where users are named, and another one is taken without a restart', async () => {
  const { file } = folder(`basic_auth_users:\n  scraper: ${HASH}\n`);
  const { url } = await exporter(file);
  const status = async (headers: Record<string, string>) =>
    (await fetch(`${url}/metrics`, { headers })).status;
  expect(await status({})).toBe(401);
  expect(await status(basic('scraper', 'wrong'))).toBe(401);
  expect(await status(basic('nobody', 'open sesame'))).toBe(401);
  expect(await status({ authorization: 'Bearer x' })).toBe(401);
  expect(await status(basic('scraper', 'open sesame'))).toBe(200);
  expect(await status(basic('scraper', 'open sesame'))).toBe(200);
  writeFileSync(file, `basic_auth_users:\n  scraper: ${hashSync('new', 4)}\n`);
  await expect.poll(() => status(basic('scraper', 'new')), { timeout: 12_000 }).toBe(200);
  expect(await status(basic('scraper', 'open sesame'))).toBe(401);
}, 20_000);

const openssl = spawnSync('openssl', ['version']).status === 0;
test.skipIf(!openssl)(
  `TLS${openssl ? '' : ' (skipped: no openssl)'}`,
  async () => {
    const { directory, file } = folder(
      'tls_server_config:\n  cert_file: cert.pem\n  key_file: key.pem\n  min_version: TLS13\n',
    );
    const [cert, key] = [join(directory, 'cert.pem'), join(directory, 'key.pem')];
    const options =
      '-x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost';
    const names = ['-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
    execFileSync(
      'openssl',
      ['req', ...options.split(' '), ...names, '-keyout', key, '-out', cert],
      {
        stdio: 'ignore',
      },
    );
    const { url, stderr } = await exporter(file);
    const dispatcher = new Agent({ connect: { ca: readFileSync(cert) } });
    const { statusCode } = await request(`${url.replace('http:', 'https:')}/healthz`, {
      dispatcher,
    });
    expect(statusCode).toBe(200);
    await expect(fetch(`${url}/healthz`)).rejects.toThrow();
    await dispatcher.close();
    writeFileSync(file, '');
    await expect
      .poll(stderr, { timeout: 12_000 })
      .toContain('TLS goes on and off only with a restart');
  },
  20_000,
);

test.each([
  ['basic_auth_users: { a: plain }', 'basic_auth_users.a must be a bcrypt hash'],
  [
    'tls_server_config: { cert_file: a }',
    "tls_server_config must have required property 'key_file'",
  ],
  ['tls_server_config: { cert_file: none, key_file: none }', "can't read"],
  ['tls: {}', "the file has no field 'tls'"],
  ['a: [', 'Flow sequence'],
])('a web config file that is wrong: %s', (yaml, message) => {
  expect(() => readWebConfig(folder(yaml).file)).toThrow(message);
});

test('what is wrong is told at the start, without the password', async () => {
  const { file } = folder('basic_auth_users: { a: secret }');
  const ended = await startExporter(metersYaml(9), '127.0.0.1:0', {
    args: ['--web.config.file', file],
  });
  expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining('bcrypt') as string });
  expect((ended as { stderr: string }).stderr).not.toContain('secret');
});
