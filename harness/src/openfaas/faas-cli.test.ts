import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findProgram } from '../tools/program.js';
import { deployFunction, type DeployOptions, removeFunction } from './faas-cli.js';
import { readStackFile } from './stack-file.js';

const STACK = fileURLToPath(new URL('../../../functions/stack.yml', import.meta.url));

const faasCliIsThere = (() => {
  try {
    return findProgram('faas-cli') !== '';
  } catch {
    return false;
  }
})();

interface Deployment {
  service: string;
  image: string;
  labels: Record<string, string>;
  annotations: Record<string, string>;
}

let deployed: Deployment[];
let removed: string[];
let credentials: string | undefined;
let silent: boolean;
let server: Server;
let directory: string;

beforeEach(async () => {
  [deployed, removed, credentials, silent] = [[], [], undefined, false];
  directory = mkdtempSync(join(tmpdir(), 'faas-cli-test-'));
  server = createServer((request, response) => {
    if (silent) return;
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      const authorization = request.headers.authorization?.replace('Basic ', '');
      const given = authorization && Buffer.from(authorization, 'base64').toString();
      if (credentials && given !== credentials)
        return response.writeHead(401).end('invalid credentials');
      if (request.method === 'PUT') deployed.push(JSON.parse(body) as Deployment);
      if (request.method === 'DELETE') {
        const { functionName } = JSON.parse(body) as { functionName: string };
        if (functionName !== 'sleep') return response.writeHead(404).end();
        removed.push(functionName);
      }
      return response.writeHead(202).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
  rmSync(directory, { recursive: true, force: true });
});

function options(functionName: string, more: Partial<DeployOptions> = {}): DeployOptions {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { gateway: { url }, stackFile: STACK, functionName, ...more };
}

describe.skipIf(!faasCliIsThere)('the real faas-cli (skipped where there is none)', () => {
  test('deploys just the function asked for, as the stack file describes it', async () => {
    await deployFunction(options('compress'));

    const described = (await readStackFile(STACK)).functions.find(
      ({ name }) => name === 'compress',
    )!;
    expect(deployed).toHaveLength(1);
    expect(deployed[0]).toMatchObject({
      service: 'compress',
      image: described.image,
      annotations: described.annotations,
      labels: { 'com.openfaas.scale.min': '1', 'com.openfaas.scale.max': '1' },
    });
  });

  test('the user’s own OpenFaaS settings change nothing', async () => {
    process.env['OPENFAAS_URL'] = 'http://127.0.0.1:1';
    process.env['OPENFAAS_CONFIG'] = directory;
    try {
      await deployFunction(options('sleep'));
    } finally {
      delete process.env['OPENFAAS_URL'];
      delete process.env['OPENFAAS_CONFIG'];
    }
    expect(deployed.map(({ service }) => service)).toEqual(['sleep']);
    expect(existsSync(join(directory, 'config.yml'))).toBe(false);
  });

  test('logs in, and leaves no credentials behind', async () => {
    credentials = 'admin:pass:word';
    const { gateway } = options('sleep');
    const before = process.env['TMPDIR'];
    process.env['TMPDIR'] = directory;
    try {
      await deployFunction(
        options('sleep', { gateway: { ...gateway, username: 'admin', password: 'pass:word' } }),
      );
    } finally {
      if (before === undefined) delete process.env['TMPDIR'];
      else process.env['TMPDIR'] = before;
    }
    expect(deployed).toHaveLength(1);
    expect(readdirSync(directory)).toEqual([]);
  });

  test('wrong credentials: faas-cli’s own words, and not the password', async () => {
    credentials = 'admin:right';
    const { gateway } = options('sleep');
    const refused = deployFunction(
      options('sleep', { gateway: { ...gateway, username: 'admin', password: 'wrong-one' } }),
    );
    await expect(refused).rejects.toMatchObject({
      code: 'DEPLOY_FAILED',
      exitCode: 5,
      message: expect.stringMatching(/^(?!.*wrong-one).*unauthorized/i) as string,
    });
  });

  test('a function that is not in the file', async () => {
    await expect(deployFunction(options('nothing'))).rejects.toMatchObject({
      code: 'DEPLOY_FAILED',
    });
    expect(deployed).toEqual([]);
  });

  test('no gateway', async () => {
    const late = options('sleep');
    server.close();
    await expect(deployFunction(late)).rejects.toMatchObject({
      code: 'DEPLOY_FAILED',
      message: expect.stringContaining('connect') as string,
    });
  });

  test('a gateway that never answers, and an abort', async () => {
    silent = true;
    await expect(deployFunction(options('sleep', { limitSeconds: 0.3 }))).rejects.toMatchObject({
      message: expect.stringContaining('within 0.3 s') as string,
    });
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 200);
    await expect(
      deployFunction(options('sleep', { signal: controller.signal })),
    ).rejects.toMatchObject({ code: 'INTERRUPTED' });
  });

  test('a file that is no stack file', async () => {
    const stackFile = join(directory, 'stack.yml');
    writeFileSync(stackFile, 'functions: [');
    await expect(deployFunction(options('sleep', { stackFile }))).rejects.toMatchObject({
      code: 'DEPLOY_FAILED',
      message: expect.stringContaining('YAML') as string,
    });
  });

  test('removes a function; one that is not there is an error', async () => {
    await removeFunction(options('sleep'));
    expect(removed).toEqual(['sleep']);
    await expect(removeFunction(options('compress'))).rejects.toMatchObject({
      code: 'REMOVE_FAILED',
    });
  });
});
