import { writeFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { metersYaml, startExporter, type RunningExporter } from './exporter-process.js';
import { measurement, ScriptedMeter } from './scripted-meter.js';

const cleanups: (() => unknown)[] = [];
afterEach(() => cleanups.splice(0).forEach((cleanup) => cleanup()));

async function meter(): Promise<ScriptedMeter> {
  const started = await ScriptedMeter.start();
  cleanups.push(() => started.close());
  return started;
}

async function exporter(
  yaml: string | undefined,
  env: Record<string, string> = {},
): Promise<RunningExporter> {
  const running = await startExporter(yaml, '127.0.0.1:0', { env });
  if (!('url' in running)) throw new Error(running.stderr);
  cleanups.push(() => running.child.kill('SIGKILL'));
  return running;
}

const metric = async ({ url }: RunningExporter, name: string) =>
  new RegExp(`^${name}(?:\\{[^}]*\\})? (.*)$`, 'm').exec(
    await (await fetch(`${url}/metrics`)).text(),
  )?.[1];

test('SIGHUP: what stays goes on counting, a bad file is not taken', async () => {
  const [first, second] = [await meter(), await meter()];
  const running = await exporter(metersYaml(first.port));
  const joules = () => metric(running, 'power_meter_energy_joules_total');
  const successful = () => metric(running, 'power_exporter_config_last_reload_successful');
  await first.request(1);
  first.send(measurement(10));
  first.send(measurement(12));
  await expect.poll(joules).toBe('5');

  writeFileSync(running.file, 'meters: [');
  running.child.kill('SIGHUP');
  await expect.poll(successful).toBe('0');
  await expect.poll(running.stderr).toContain('The meters file is not taken');
  expect(await joules()).toBe('5');

  // Another node, the same stream: nothing is asked anew.
  const requests = first.requests.length;
  writeFileSync(running.file, metersYaml(first.port).replace('jetson-nano', 'odroid'));
  running.child.kill('SIGHUP');
  await expect.poll(successful).toBe('1');
  expect(await (await fetch(`${running.url}/metrics`)).text()).toContain('node="odroid"');
  expect(first.requests.length).toBe(requests);

  // Another meter in its place, whose total is not energy that was used here.
  writeFileSync(running.file, metersYaml(second.port));
  running.child.kill('SIGHUP');
  await second.request(1);
  second.send(measurement(5000, { bootId: 99 }));
  second.send(measurement(5002, { bootId: 99 }));
  await expect.poll(joules).toBe('10');
  expect(await metric(running, 'power_meter_resets_total')).toBe('0');
});

test('a change of the file is seen without a signal', async () => {
  const first = await meter();
  const running = await exporter(metersYaml(first.port));
  writeFileSync(running.file, metersYaml(first.port).replace('jetson-nano', 'odroid'));
  const page = async () => (await fetch(`${running.url}/metrics`)).text();
  await expect.poll(page, { timeout: 12_000 }).toContain('node="odroid"');
}, 15_000);

test("one channel by the first generation's environment, one node by NODE_NAME", async () => {
  const first = await meter();
  const running = await exporter(undefined, {
    POWERMETER_SERVER_IP: '127.0.0.1',
    POWERMETER_SERVER_PORT: String(first.port),
    INA3221_CHANNEL: '4',
    NODE_NAME: 'odroid',
  });
  expect((await first.request(1)).channel).toBe(4);
  expect(await (await fetch(`${running.url}/metrics`)).text()).toContain(
    'channel="4",node="odroid"',
  );

  const elsewhere = await exporter(metersYaml(first.port), { NODE_NAME: 'nobody' });
  expect((await fetch(`${elsewhere.url}/-/ready`)).status).toBe(200);
  await expect.poll(elsewhere.stderr).toContain('No channel feeds this node');
});
