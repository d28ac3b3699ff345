import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scratch } from '../harness/src/bench/run-cli.js';
import { kubectl } from './kubectl.js';

/** Verbs on resources, as a ClusterRole has them. */
export interface Rule {
  apiGroups: string[];
  resources: string[];
  verbs: string[];
}

export function rule(resources: string[], verbs: string[], apiGroup = ''): Rule {
  return { apiGroups: [apiGroup], resources, verbs };
}

/** A service account for tests, with these rights in the whole cluster. @returns its kubeconfig */
export async function createServiceAccount(name: string, rules: readonly Rule[]): Promise<string> {
  const rbac = 'rbac.authorization.k8s.io';
  const account = { kind: 'ServiceAccount', name, namespace: 'default' };
  const { kind, ...metadata } = account;
  const items = [
    { apiVersion: 'v1', kind, metadata },
    { apiVersion: `${rbac}/v1`, kind: 'ClusterRole', metadata: { name }, rules },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name },
      subjects: [account],
    },
  ];
  const folder = scratch();
  const manifest = join(folder, 'account.json');
  writeFileSync(manifest, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }));
  await kubectl('apply', '--filename', manifest);
  const config = JSON.parse(
    await kubectl('config', 'view', '--raw', '--minify', '--output=json'),
  ) as { users: object[]; contexts: [{ context: { user: string } }] };
  const token = await kubectl('--namespace', 'default', 'create', 'token', name);
  config.users = [{ name, user: { token } }];
  config.contexts[0].context.user = name;
  const kubeconfig = join(folder, 'config');
  writeFileSync(kubeconfig, JSON.stringify(config), { mode: 0o600 });
  return kubeconfig;
}

export async function removeServiceAccount(name: string): Promise<void> {
  await kubectl('delete', 'clusterrolebinding,clusterrole', name, '--ignore-not-found');
  await kubectl('--namespace', 'default', 'delete', 'serviceaccount', name, '--ignore-not-found');
}
