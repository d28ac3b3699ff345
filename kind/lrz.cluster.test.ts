import { execFile } from 'node:child_process';
import { appendFileSync, cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { scratch } from '../harness/src/bench/run-cli.js';
import { blocksOf, ROOT } from '../harness/src/cli/docs-pages.js';
import { WORKERS } from './bench-on-kind.js';
import { clusterMissing, kubectl } from './kubectl.js';

const run = promisify(execFile);
const NAMESPACE = 'lrz';
const LIMIT_MS = 240_000;
/** The boards that two of the cluster's nodes stand for; it has none of the others. */
const BOARDS = { 'jetson-nano': WORKERS[0], 'raspberry-pi': WORKERS[1] };
const ABSENT = ['odroid-xu4-board2', 'odroid-xu4-board3', 'pynq-z1', 'coral-dev-board'];

const missing = clusterMissing();

/** A board's name as the node that stands for it. */
const asNodes = (text: string) =>
  Object.entries(BOARDS).reduce((all, [board, node]) => all.replaceAll(board, node), text);

/** The page's commands for any cluster: its blocks of `sh`, in order. */
const COMMANDS = blocksOf('docs/lrz.md')
  .filter(({ language }) => language === 'sh')
  .flatMap(({ lines }) => lines);

describe.skipIf(missing)(`the page for the LRZ's boards, on this cluster${missing}`, () => {
  const checkout = scratch();
  const overlay = join(checkout, 'exporter/deploy/overlays/lrz');
  const edit = (path: string, ...changes: (readonly [string, string])[]) => {
    const text = readFileSync(path, 'utf8');
    for (const [before] of changes) expect(text).toContain(before);
    writeFileSync(
      path,
      changes.reduce((all, [before, after]) => all.replaceAll(before, after), text),
    );
  };

  /** Runs the page's command that begins so, the first where there are several. */
  async function follow(beginning: string): Promise<string> {
    const found = COMMANDS.find((each) => each.startsWith(beginning));
    expect(found, beginning).toBeDefined();
    const command = asNodes(found!)
      .replace('-n power-harness ', `-n ${NAMESPACE} `)
      .split(' ')
      .filter((word) => !ABSENT.includes(word))
      .join(' ');
    const env = { ...process.env, KUBECONFIG: join(checkout, 'kubeconfig') };
    const { stdout } = await run('bash', ['-c', command], {
      ...{ cwd: checkout, env, timeout: LIMIT_MS, maxBuffer: 2 ** 24 },
    });
    return stdout;
  }

  /** Joules of the exporter that the page asks, once it has the meter's word. */
  async function energyJoules(): Promise<number> {
    const page = await follow('kubectl -n power-harness exec');
    const node = /^power_meter_channel_info\{.*\bnode="(.*?)".*\} 1$/m.exec(page)?.[1];
    expect(WORKERS).toContain(node);
    expect(page).toMatch(/^power_meter_up\{.*\} 1$/m);
    return Number(/^power_meter_energy_joules_total\{.*\} (.*)$/m.exec(page)?.[1]);
  }

  beforeAll(async () => {
    const kubeconfig = await kubectl('config', 'view', '--raw', '--minify');
    writeFileSync(join(checkout, 'kubeconfig'), kubeconfig, { mode: 0o600 });
    cpSync(join(ROOT, 'exporter/deploy'), join(checkout, 'exporter/deploy'), { recursive: true });
    edit(join(checkout, 'exporter/deploy/base/namespace.yaml'), [
      'name: power-harness',
      `name: ${NAMESPACE}`,
    ]);
    // Without the operator: as the page says.
    edit(
      join(overlay, 'kustomization.yaml'),
      ['namespace: power-harness', `namespace: ${NAMESPACE}`],
      ['  - ../../components/service-monitor\n', ''],
    );
    const images = ['power-exporter', 'power-meter-twin'].map(
      (name) =>
        `  - { name: ghcr.io/power-harness/${name}, newName: power-harness/${name}, newTag: latest }\n`,
    );
    const local = ['DaemonSet', 'Deployment'].map(
      (kind) =>
        `  - target: { kind: ${kind} }\n    patch: |\n      - { op: add, path: /spec/template/spec/containers/0/imagePullPolicy, value: IfNotPresent }\n`,
    );
    appendFileSync(
      join(overlay, 'kustomization.yaml'),
      `${local.join('')}images:\n${images.join('')}`,
    );
    const nodes = Object.entries(BOARDS).map(
      ([board, node]) => [`node: ${board}`, `node: ${node}`] as const,
    );
    edit(join(overlay, 'meters.yaml'), ...nodes);
  });

  afterAll(async () => {
    await kubectl('delete', 'namespace', NAMESPACE, '--ignore-not-found');
    await kubectl('label', 'node', ...WORKERS, 'power-harness/metered-');
  }, LIMIT_MS);

  test('label, apply, look; then another meter by one line: counters go on', async () => {
    await follow('kubectl label node');
    const shown = await follow('kubectl get nodes');
    for (const node of WORKERS) expect(shown).toMatch(new RegExp(`${node} .* true +amd64`));
    await follow('kubectl apply -k exporter/deploy/overlays/lrz');
    expect(await follow('kubectl -n power-harness rollout')).toContain('successfully rolled out');
    const pods = await follow('kubectl -n power-harness get pods');
    for (const node of WORKERS)
      expect(pods).toMatch(new RegExp(`power-exporter-.* Running .* ${node} `));
    const before = await energyJoules();
    expect(before).toBeGreaterThan(0);

    const address = `power-meter.${NAMESPACE}.svc.cluster.local:10000`;
    edit(join(overlay, 'meters.yaml'), ['power-meter:10000', address]);
    await follow('kubectl apply -k exporter/deploy/overlays/lrz');
    const read = () => follow('kubectl -n power-harness logs');
    await expect
      .poll(read, { timeout: 150_000, interval: 2000 })
      .toContain('Meters file read again');
    await expect.poll(energyJoules, { timeout: 20_000, interval: 1000 }).toBeGreaterThan(before);
  });
});
