import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { DEFAULT_CLUSTER_OPTIONS } from './cluster-options.js';
import { loadRights, neededRights, type Right } from './rights.js';

const ROOT = join(import.meta.dirname, '../../../..');

/** What takes most. */
const SHARED = { parallelism: 2, prometheusUrl: 'http://prometheus' };

interface Role {
  kind: string;
  rules: { apiGroups: string[]; resources: string[]; verbs: string[] }[];
}

test('the role of docs/config.md is what a bench needs, and no more', () => {
  const page = readFileSync(join(ROOT, 'docs/config.md'), 'utf8');
  const block = /```yaml\n(apiVersion: rbac.*?)```/s.exec(page)![1]!;
  const { rules } = parse(block) as Role;
  const given = rules.flatMap(({ apiGroups, resources, verbs }) =>
    resources.flatMap((resource) => verbs.map((verb) => `${verb} ${apiGroups[0]} ${resource}`)),
  );
  const options = { ...DEFAULT_CLUSTER_OPTIONS, context: 'lab' };
  const needed = [...neededRights(options, true), ...loadRights(options, SHARED)].map(
    ({ verb, group = '', resource }: Right) => `${verb} ${group} ${resource}`,
  );
  expect(new Set(given)).toEqual(new Set(needed));
});
