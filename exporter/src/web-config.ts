import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { SecureVersion } from 'node:tls';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { ConfigError } from './config-error.js';

/** What `--web.config.file` says, as Prometheus' own programs take it (exporter-toolkit, docs/web-configuration.md). */
export interface WebConfig {
  tls?: { cert: Buffer; key: Buffer; minVersion: SecureVersion; ca?: Buffer };
  /** bcrypt hashes by user; everybody may where there are none. */
  users: ReadonlyMap<string, string>;
  /** The files it was read from. */
  files: string[];
}

const VERSIONS: Record<string, SecureVersion> = { TLS12: 'TLSv1.2', TLS13: 'TLSv1.3' };

interface RawWebConfig {
  tls_server_config?: {
    cert_file: string;
    key_file: string;
    min_version?: string;
    client_auth_type?: string;
    client_ca_file?: string;
  };
  basic_auth_users?: Record<string, string>;
}

const SCHEMA = {
  type: ['object', 'null'],
  additionalProperties: false,
  properties: {
    tls_server_config: {
      type: 'object',
      required: ['cert_file', 'key_file'],
      additionalProperties: false,
      properties: {
        cert_file: { type: 'string' },
        key_file: { type: 'string' },
        min_version: { enum: Object.keys(VERSIONS) },
        client_auth_type: { enum: ['NoClientCert', 'RequireAndVerifyClientCert'] },
        client_ca_file: { type: 'string' },
      },
    },
    basic_auth_users: {
      type: 'object',
      additionalProperties: { type: 'string', pattern: '^\\$2[aby]\\$\\d\\d\\$.{53}$' },
    },
  },
};

/** @throws ConfigError */
export function readWebConfig(file: string): WebConfig {
  const content = parseYaml(file);
  const validate = new Ajv2020({ allowUnionTypes: true }).compile<RawWebConfig | null>(SCHEMA);
  if (!validate(content)) throw new ConfigError(`${file}: ${describe(validate.errors![0]!)}`);
  const { tls_server_config: tls, basic_auth_users: users = {} } = content ?? {};
  const files = [file];
  const config = { users: new Map(Object.entries(users)), files };
  if (!tls) return config;
  const read = (path: string) => {
    const full = resolve(dirname(file), path);
    files.push(full);
    return readOr(full);
  };
  const verify = tls.client_auth_type === 'RequireAndVerifyClientCert';
  if (verify !== (tls.client_ca_file !== undefined)) {
    throw new ConfigError(
      `${file}: client_ca_file and client_auth_type RequireAndVerifyClientCert go together`,
    );
  }
  return {
    ...config,
    tls: {
      cert: read(tls.cert_file),
      key: read(tls.key_file),
      minVersion: VERSIONS[tls.min_version ?? 'TLS12']!,
      ...(tls.client_ca_file === undefined ? {} : { ca: read(tls.client_ca_file) }),
    },
  };
}

function parseYaml(file: string): unknown {
  try {
    return parse(readOr(file).toString('utf8'));
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError(`${file}: ${(error as Error).message.split('\n')[0]}`);
  }
}

function readOr(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new ConfigError(`can't read ${file}: ${(error as Error).message}`);
  }
}

/** Never with the value, which may be a password. */
function describe(error: {
  instancePath: string;
  keyword: string;
  message?: string;
  params: object;
}): string {
  const path = error.instancePath.slice(1).replaceAll('/', '.') || 'the file';
  const { additionalProperty } = error.params as { additionalProperty?: string };
  if (additionalProperty !== undefined) return `${path} has no field '${additionalProperty}'`;
  if (error.keyword === 'pattern')
    return `${path} must be a bcrypt hash, such as htpasswd -nB gives`;
  return `${path} ${error.message}`;
}
