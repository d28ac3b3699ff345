// Makes kubernetes.schema.json: the JSON schemas of the kinds that this project's manifests use, from Kubernetes' own
// OpenAPI document and the Prometheus Operator's CRDs, closed so that a misspelt field is an error.
// node kind/kubernetes-schema/generate.mjs   (takes Go, and its module proxy)
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';

const KUBERNETES = 'v1.34.2';
const PROMETHEUS_OPERATOR = 'v0.85.0';

/** By the OpenAPI document that has them. */
const KINDS = {
  api__v1: [
    'ConfigMap',
    'Namespace',
    'PersistentVolumeClaim',
    'Secret',
    'Service',
    'ServiceAccount',
  ],
  apis__apps__v1: ['DaemonSet', 'Deployment'],
  'apis__networking.k8s.io__v1': ['NetworkPolicy'],
  'apis__rbac.authorization.k8s.io__v1': [
    'ClusterRole',
    'ClusterRoleBinding',
    'Role',
    'RoleBinding',
  ],
};
const CUSTOM = ['prometheusrules', 'servicemonitors'];

function moduleFolder(module) {
  const json = execFileSync('go', ['mod', 'download', '-json', module], { cwd: tmpdir() });
  return JSON.parse(json).Dir;
}

/** Without descriptions and defaults; what has named properties has no others. */
function closed(schema) {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const out = {};
  for (const [key, value] of Object.entries(schema)) {
    if (['description', 'default', 'format'].includes(key) && typeof value !== 'object') continue;
    if (key === 'default' || key.startsWith('x-kubernetes')) continue;
    if (key === 'pattern' && value.includes('(?i)')) continue; // Go's, not JavaScript's
    if (key === 'properties') {
      out.properties = Object.fromEntries(
        Object.entries(value).map(([name, each]) => [name, closed(each)]),
      );
    } else if (key === '$ref') out.$ref = value.replace('#/components/schemas/', '#/$defs/');
    else if (key === 'allOf' && value.length === 1) Object.assign(out, closed(value[0]));
    else out[key] = closed(value);
  }
  const open = schema['x-kubernetes-preserve-unknown-fields'] || schema.additionalProperties;
  if (out.properties && !open) out.additionalProperties = false;
  if (schema['x-kubernetes-int-or-string']) return { type: ['integer', 'string'] };
  return out;
}

const $defs = {};
const kinds = {};

function take(name, schemas) {
  if ($defs[name]) return;
  $defs[name] = closed(schemas[name]);
  const references = JSON.stringify($defs[name]).matchAll(/"#\/\$defs\/([^"]+)"/g);
  for (const [, reference] of references) take(reference, schemas);
}

const openapi = join(moduleFolder(`k8s.io/kubernetes@${KUBERNETES}`), 'api/openapi-spec/v3');
for (const [document, names] of Object.entries(KINDS)) {
  const { components } = JSON.parse(readFileSync(join(openapi, `${document}_openapi.json`)));
  for (const [name, schema] of Object.entries(components.schemas)) {
    const of = schema['x-kubernetes-group-version-kind']?.find(({ kind }) => names.includes(kind));
    if (!of || !name.endsWith(`.${of.kind}`)) continue;
    take(name, components.schemas);
    kinds[`${of.group ? `${of.group}/` : ''}${of.version}/${of.kind}`] = {
      $ref: `#/$defs/${name}`,
    };
  }
}

const operator = join(
  moduleFolder(`github.com/prometheus-operator/prometheus-operator@${PROMETHEUS_OPERATOR}`),
  'example/prometheus-operator-crd',
);
for (const name of CUSTOM) {
  const { spec } = parse(
    readFileSync(join(operator, `monitoring.coreos.com_${name}.yaml`), 'utf8'),
  );
  for (const { name: version, schema } of spec.versions) {
    const { properties, ...own } = closed(schema.openAPIV3Schema);
    const meta = { $ref: '#/$defs/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta' };
    kinds[`${spec.group}/${version}/${spec.names.kind}`] = {
      ...own,
      properties: { ...properties, metadata: meta },
    };
  }
}

const $comment = `Made by generate.mjs from Kubernetes ${KUBERNETES} and the Prometheus Operator ${PROMETHEUS_OPERATOR} (both Apache-2.0).`;
writeFileSync(
  join(import.meta.dirname, 'kubernetes.schema.json'),
  `${JSON.stringify({ $comment, kinds, $defs })}\n`,
);
