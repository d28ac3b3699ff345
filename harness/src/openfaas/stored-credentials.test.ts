import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { storedCredentials } from './stored-credentials.js';

afterEach(() => vi.unstubAllEnvs());

function stored(text: string): void {
  const directory = mkdtempSync(join(tmpdir(), 'openfaas-'));
  writeFileSync(join(directory, 'config.yml'), text);
  vi.stubEnv('OPENFAAS_CONFIG', directory);
}

test('what faas-cli login stored for the gateway, whatever the case and the last slash', async () => {
  const token = Buffer.from('admin:pass:word').toString('base64');
  stored(`auths:\n- gateway: http://lab:8080\n  auth: basic\n  token: ${token}\n`);
  const login = { username: 'admin', password: 'pass:word' };
  expect(await storedCredentials('http://Lab:8080/')).toEqual(login);
  expect(await storedCredentials('http://other:8080')).toBeUndefined();
});

test('nothing stored, or nothing that can be read', async () => {
  for (const text of ['', 'auths: 5', '{', 'auths:\n- gateway: http://lab\n  auth: oauth2\n']) {
    stored(text);
    expect(await storedCredentials('http://lab')).toBeUndefined();
  }
  vi.stubEnv('OPENFAAS_CONFIG', '/nowhere');
  expect(await storedCredentials('http://lab')).toBeUndefined();
});
