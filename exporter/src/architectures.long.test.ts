import { execFileSync, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { metersYaml, startExporter, type RunningExporter } from './exporter-process.js';
import { foreignNode, type Processor } from './foreign-node.js';

const ROOT = join(import.meta.dirname, '../..');
const TWIN = join(ROOT, 'firmware/build/host/power-meter-twin');
/** The program as the image runs it: bundled, and with its flags. */
const IMAGE = join(ROOT, 'build/images/power-exporter');
const DOCKERFILE = readFileSync(join(ROOT, 'exporter/Dockerfile'), 'utf8');
const [, ...ENTRY] = JSON.parse(/^ENTRYPOINT (.*)$/m.exec(DOCKERFILE)![1]!) as string[];
const WATTS = 2.5;
const SECONDS = 10;

const cleanups: (() => unknown)[] = [];
afterEach(() => cleanups.splice(0).forEach((cleanup) => cleanup()));

beforeAll(() => {
  execFileSync(process.execPath, ['scripts/bundle.mjs'], { cwd: ROOT });
});

async function twinPort(): Promise<number> {
  const twin = spawn(TWIN, ['--port', '0', '--model', `constant:${WATTS}`]);
  cleanups.push(() => twin.kill('SIGKILL'));
  return new Promise((resolve) => {
    twin.stdout.once('data', (data: Buffer) =>
      resolve((JSON.parse(data.toString()) as { port: number }).port),
    );
  });
}

const energy = async ({ url }: RunningExporter) =>
  Number(
    /^power_meter_energy_joules_total\{[^}]*\} (.*)$/m.exec(
      await (await fetch(`${url}/metrics`)).text(),
    )?.[1],
  );

const PROCESSORS: [Processor, string][] = [
  ['arm64', 'arm64'],
  ['armv7', 'arm'],
];

for (const [processor, arch] of PROCESSORS) {
  const node = existsSync(TWIN) ? foreignNode(processor) : 'the twin is not built';
  const skipped = typeof node === 'string' ? ` (skipped: ${node})` : '';
  test.skipIf(skipped !== '')(
    `the exporter on ${processor}${skipped}`,
    async () => {
      const running = await startExporter(metersYaml(await twinPort()), '127.0.0.1:0', {
        node: [...(node as string[]), ...ENTRY.slice(0, -1)],
        program: join(IMAGE, ENTRY.at(-1)!),
      });
      if (!('url' in running)) throw new Error(running.stderr);
      cleanups.push(() => running.child.kill('SIGKILL'));
      await expect.poll(() => energy(running), { timeout: 20_000 }).toBeGreaterThan(0);
      const [before, start] = [await energy(running), performance.now()];
      await new Promise((resolve) => setTimeout(resolve, SECONDS * 1000));
      const watts = (1000 * ((await energy(running)) - before)) / (performance.now() - start);
      expect(Math.abs(watts / WATTS - 1)).toBeLessThan(0.05);
      const page = await (await fetch(`${running.url}/metrics`)).text();
      expect(page).toContain(arch === 'arm' ? 'nodejs="v20.11.0"' : 'nodejs="v22.');
      running.child.kill('SIGTERM');
      expect((await running.ended).code).toBe(0);
    },
    60_000,
  );
}
