import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { GatewayAccess } from './gateway-access.js';

/**
 * Runs `use` with a folder for OPENFAAS_CONFIG that knows this gateway's credentials and no other; it is
 * gone afterwards, and the user's own ~/.openfaas is never touched.
 */
export async function withFaasCliConfig<T>(
  gateway: GatewayAccess,
  use: (directory: string) => Promise<T>,
): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), 'power-harness-faas-cli-'));
  try {
    await writeFile(join(directory, 'config.yml'), stringify({ auths: authsOf(gateway) }), {
      mode: 0o600,
    });
    return await use(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** faas-cli finds credentials by the exact URL, which it lower-cases and strips of its last slash. */
export function faasCliUrl({ url }: GatewayAccess): string {
  return url.toLowerCase().replace(/\/+$/, '');
}

function authsOf(gateway: GatewayAccess): object[] {
  const { username, password } = gateway;
  if (username === undefined || password === undefined) return [];
  const token = Buffer.from(`${username}:${password}`).toString('base64');
  return [{ gateway: faasCliUrl(gateway), auth: 'basic', token }];
}
