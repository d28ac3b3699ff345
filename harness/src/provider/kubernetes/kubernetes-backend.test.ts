import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { startProvider } from '../provider-process.js';

/** Answers of an API server, by the beginnings of paths; what none fits is refused as Kubernetes does. */
type Answers = Record<string, object>;

let server: Server | undefined;
afterEach(() => server?.close());

/** A cluster of which only the API's answers are there. */
async function kubeconfig(answers: Answers): Promise<string> {
  server = createServer((request, response) => {
    const url = request.url ?? '';
    const found = Object.entries(answers).find(([path]) => url.startsWith(path))?.[1];
    const message = `pods is forbidden: User "someone" cannot list ${url.split('?')[0]}`;
    const body = found ?? { kind: 'Status', status: 'Failure', message, code: 403 };
    response.writeHead(found ? 200 : 403, { 'Content-Type': 'application/json' });
    response.end(JSON.stringify(body));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server!.once('listening', resolve));
  return writeKubeconfig((server.address() as AddressInfo).port);
}

function writeKubeconfig(port: number): string {
  const file = join(mkdtempSync(join(tmpdir(), 'kubernetes-')), 'kubeconfig');
  writeFileSync(
    file,
    `apiVersion: v1
kind: Config
clusters: [{ name: c, cluster: { server: "http://127.0.0.1:${port}", insecure-skip-tls-verify: true } }]
users: [{ name: u, user: { token: t } }]
contexts: [{ name: c, context: { cluster: c, user: u } }]
current-context: c
`,
  );
  return file;
}

const start = (KUBECONFIG: string) => startProvider(['--backend', 'kubernetes'], { KUBECONFIG });

test('a cluster that is not there: exit 5, with where it was looked for', async () => {
  expect(await start(writeKubeconfig(1))).toMatchObject({
    code: 5,
    stderr: expect.stringMatching(
      /Kubernetes' API can't be reached: .*127\.0\.0\.1:1.*\nIn a pod, .* KUBECONFIG\./,
    ) as string,
  });
});

test("a kubeconfig that can't be read: exit 5", async () => {
  expect(await start('/nowhere/kubeconfig')).toMatchObject({
    code: 5,
    stderr: expect.stringContaining('/nowhere/kubeconfig') as string,
  });
});

test('a right that is missing is named', async () => {
  const version = { '/version': { major: '1', minor: '34+' } };
  expect(await start(await kubeconfig(version))).toMatchObject({
    code: 5,
    stderr: expect.stringContaining(
      'Kubernetes says: pods is forbidden: User "someone" cannot list /apis/apps/v1/namespaces/openfaas-fn/deployments',
    ) as string,
  });
});

test.each([
  [['--backend', 'docker'], '--backend takes process or kubernetes'],
  [
    ['--backend', 'kubernetes', '--namespace', 'A B'],
    '--namespace must be the name of a namespace',
  ],
  [['--backend', 'kubernetes', '--image-pull-policy', 'no'], '--image-pull-policy takes Always'],
])('%j is refused', async (flags, message) => {
  const stderr = expect.stringContaining(message) as string;
  expect(await startProvider(flags)).toMatchObject({ code: 2, stderr });
});
