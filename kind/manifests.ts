import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parseAllDocuments } from 'yaml';

export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  [field: string]: unknown;
}

const KUSTOMIZERS = [
  ['kubectl', 'kustomize'],
  ['kustomize', 'build'],
  [join(import.meta.dirname, 'tools/bin/kustomize'), 'build'],
] as const;

const kustomizer = KUSTOMIZERS.find(
  ([program, verb]) => spawnSync(program, [verb, '--help']).status === 0,
);
export const hasKustomize = kustomizer !== undefined;

/** What a kustomization makes. @throws Error with what was said */
export function kustomize(folder: string): Manifest[] {
  const [program, verb] = kustomizer!;
  return manifestsOf(execFileSync(program, [verb, folder], { encoding: 'utf8' }));
}

export function manifestsOf(yaml: string): Manifest[] {
  return parseAllDocuments(yaml).map((document) => document.toJS() as Manifest);
}

const schema = JSON.parse(
  readFileSync(join(import.meta.dirname, 'kubernetes-schema/kubernetes.schema.json'), 'utf8'),
) as { kinds: Record<string, object>; $defs: object };
const ajv = new Ajv2020({ strict: false, allErrors: true });

/** What Kubernetes, or the operator, would not take, field by field; empty where all is well. */
export function schemaErrors(manifest: Manifest): string[] {
  const kind = `${manifest.apiVersion}/${manifest.kind}`;
  const own = schema.kinds[kind];
  if (!own) return [`${kind}: no schema`];
  const validate = ajv.compile({ ...own, $defs: schema.$defs });
  validate(manifest);
  return (validate.errors ?? []).map(({ instancePath, message, params }) => {
    const extra = (params as { additionalProperty?: string }).additionalProperty ?? '';
    return `${kind} ${manifest.metadata.name}${instancePath} ${message ?? ''} ${extra}`.trim();
  });
}
