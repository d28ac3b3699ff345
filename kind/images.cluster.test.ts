import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { docker, startEngine } from './docker.js';

const ROOT = join(import.meta.dirname, '..');
const STACK = parse(readFileSync(join(ROOT, 'functions/stack.yml'), 'utf8')) as {
  functions: object;
};
const FUNCTIONS = Object.keys(STACK.functions);
const MIB = 2 ** 20;

/** Node.js itself is 126 MB, the Debian below it 74. */
const NODE_IMAGE_LIMIT_BYTES = 230 * MIB;
const LIMIT_BYTES: Record<string, number> = {
  'power-exporter': NODE_IMAGE_LIMIT_BYTES,
  'power-provider': NODE_IMAGE_LIMIT_BYTES,
  ...Object.fromEntries(FUNCTIONS.map((name) => [name, NODE_IMAGE_LIMIT_BYTES])),
  'power-meter-twin': 2 * MIB,
};

/** What a cluster's strictest policy allows. */
const RESTRICTED = [
  '--read-only',
  '--cap-drop=ALL',
  '--security-opt=no-new-privileges',
  '--pids-limit=100',
  '--memory=256m',
];

/** A folder that a container's user may read. */
function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'images-'));
  chmodSync(folder, 0o755);
  return folder;
}

function write(file: string, text: string): void {
  writeFileSync(file, text);
  chmodSync(file, 0o644);
}

const unavailable = startEngine();
const prefix = `images-test-${process.pid}`;
const containers: string[] = [];

async function start(image: string, options: string[], args: string[] = []): Promise<string> {
  const id = await docker(
    ...['run', '--detach', '--network', prefix, ...RESTRICTED, '--health-interval=1s'],
    ...[...options, `${prefix}/${image}`, ...args],
  );
  containers.push(id);
  return id;
}

const health = (id: string) => docker('inspect', '--format', '{{.State.Health.Status}}', id);
const addressOf = (id: string) =>
  docker('inspect', '--format', '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}', id);

/** Ends within the time a cluster gives, as told. */
async function stops(id: string): Promise<void> {
  const start = performance.now();
  await docker('stop', '--time', '10', id);
  expect(performance.now() - start).toBeLessThan(5000);
  expect(await docker('inspect', '--format', '{{.State.ExitCode}}', id)).toBe('0');
}

describe.skipIf(unavailable)(
  `container images${unavailable && ` (skipped: ${unavailable})`}`,
  () => {
    beforeAll(async () => {
      const { status, stderr } = spawnSync('node', ['scripts/build-images.mjs'], {
        cwd: ROOT,
        encoding: 'utf8',
        env: { ...process.env, IMAGE_PREFIX: prefix, DOCKER_BUILDKIT: '0' },
      });
      if (status !== 0) throw new Error(stderr);
      await docker('network', 'create', prefix);
    }, 300_000);
    afterAll(async () => {
      if (containers.length > 0) await docker('rm', '--force', ...containers);
      await docker('network', 'rm', prefix);
      await docker(
        'rmi',
        '--force',
        ...Object.keys(LIMIT_BYTES).map((name) => `${prefix}/${name}`),
      );
    }, 60_000);

    test.each(Object.entries(LIMIT_BYTES))(
      '%s is small, and runs as nobody',
      async (name, limit) => {
        const [image] = JSON.parse(await docker('image', 'inspect', `${prefix}/${name}`)) as [
          {
            Size: number;
            Config: { User: string; Labels: Record<string, string>; Healthcheck: object };
          },
        ];
        expect(image.Size).toBeLessThan(limit);
        const { User, Labels, Healthcheck } = image.Config;
        expect(User).toBe('65532:65532');
        expect(Healthcheck).toBeTruthy();
        expect(Labels['org.opencontainers.image.title']).toBe(name);
        expect(Labels['org.opencontainers.image.licenses']).toBe('Apache-2.0');
        expect(Labels['org.opencontainers.image.revision']).toMatch(/^[0-9a-f]{40}$/);
      },
    );

    test('an exporter finds a twin by its name, both with nothing to write to', async () => {
      const twin = await start(
        'power-meter-twin',
        ['--name', `${prefix}-meter`],
        ['--bind', '0.0.0.0', '--channel', '5=constant:2.5'],
      );
      const folder = mkdtempSync(join(tmpdir(), 'images-'));
      chmodSync(folder, 0o755);
      const file = join(folder, 'meters.yaml');
      writeFileSync(
        file,
        `meters: [{ name: lab, address: "${prefix}-meter", channels: { 5: { node: odroid } } }]`,
      );
      chmodSync(file, 0o644);
      const exporter = await start('power-exporter', [
        `--volume=${file}:/etc/power-exporter/meters.yaml:ro`,
      ]);
      const url = `http://${await addressOf(exporter)}:9838`;
      const watts = async () => {
        const page = await fetch(`${url}/metrics`).then((answer) => answer.text(), String);
        return Number(/^power_meter_power_watts\{meter="lab",channel="5"\} (.*)$/m.exec(page)?.[1]);
      };
      await expect.poll(watts, { timeout: 20_000 }).toBeGreaterThan(2.4);
      expect(await watts()).toBeLessThan(2.6);
      for (const each of [exporter, twin]) {
        await expect.poll(() => health(each), { timeout: 15_000 }).toBe('healthy');
        await stops(each);
      }
    });

    test.each(FUNCTIONS)('%s answers its payload', async (name) => {
      const id = await start(name, []);
      const payload = readFileSync(join(ROOT, 'functions/src', name, 'payload.json'));
      const url = `http://${await addressOf(id)}:8080`;
      const status = () =>
        fetch(url, { method: 'POST', body: payload }).then((answer) => answer.status, String);
      await expect.poll(status, { timeout: 20_000 }).toBe(200);
      const wrong = await fetch(url, { method: 'POST', body: 'no JSON' });
      expect(wrong.status).toBe(name === 'compress' ? 200 : 400); // compress takes any bytes
      await expect.poll(() => health(id), { timeout: 15_000 }).toBe('healthy');
      await stops(id);
    });

    test('the provider runs functions as its own processes', async () => {
      const secrets = scratch();
      write(join(secrets, 'basic-auth-user'), 'admin');
      write(join(secrets, 'basic-auth-password'), 'secret');
      const id = await start('power-provider', [
        '--tmpfs=/tmp',
        `--volume=${secrets}:/var/secrets:ro`,
      ]);
      const headers = { authorization: `Basic ${Buffer.from('admin:secret').toString('base64')}` };
      const url = `http://${await addressOf(id)}:8081`;
      const deployment = {
        service: 'compress',
        image: 'power-harness/compress:latest',
        annotations: {
          'power-harness.command': 'node dist/runtime/serve.js dist/compress/handler.js',
          'power-harness.directory': '.',
        },
      };
      const deploy = () =>
        fetch(`${url}/system/functions`, {
          method: 'POST',
          headers,
          body: JSON.stringify(deployment),
        }).then((answer) => answer.status, String);
      await expect.poll(deploy, { timeout: 20_000 }).toBe(202);
      const payload = readFileSync(join(ROOT, 'functions/src/compress/payload.json'));
      const invoke = () =>
        fetch(`${url}/function/compress`, { method: 'POST', body: payload }).then(
          (answer) => answer.status,
          String,
        );
      await expect.poll(invoke, { timeout: 20_000 }).toBe(200);
      await stops(id);
    });
  },
);
