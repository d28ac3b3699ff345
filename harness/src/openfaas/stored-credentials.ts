import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { faasCliUrl } from './faas-cli-config.js';

/**
 * What `faas-cli login` stored for a gateway: in config.yml of OPENFAAS_CONFIG, or of ~/.openfaas. Undefined where there
 * is nothing for it.
 */
export async function storedCredentials(
  url: string,
): Promise<{ username: string; password: string } | undefined> {
  const directory = process.env['OPENFAAS_CONFIG'] ?? join(homedir(), '.openfaas');
  try {
    const text = await readFile(join(directory, 'config.yml'), 'utf8');
    const { auths = [] } = (parse(text) ?? {}) as { auths?: StoredAuth[] };
    const found = auths.find((each) => faasCliUrl({ url: each.gateway }) === faasCliUrl({ url }));
    if (found?.auth !== 'basic') return undefined;
    const [username = '', ...password] = Buffer.from(found.token, 'base64').toString().split(':');
    return { username, password: password.join(':') };
  } catch {
    return undefined; // as if nobody had logged in: the gateway says what it wants
  }
}

interface StoredAuth {
  gateway: string;
  auth: string;
  token: string;
}
