// What the exporter costs and how fresh it is, as its image runs it, against digital twins on this machine: age of a value
// when it is scraped, time of a scrape with 1 and with 8 scrapers (k6), CPU and memory with one meter and with 200 meters
// of 6 channels. CPU is that of an exporter that has run for long: V8 has compiled what it will.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const root = join(import.meta.dirname, '../..');
const scratch = mkdtempSync(join(tmpdir(), 'exporter-bench-'));
const children = new Set();
process.on('exit', () => children.forEach((child) => child.kill('SIGKILL')));
/** Flags and program, as the image's. */
const image = join(root, 'build/images/power-exporter');
const dockerfile = readFileSync(join(root, 'exporter/Dockerfile'), 'utf8');
const [, ...entry] = JSON.parse(/^ENTRYPOINT (.*)$/m.exec(dockerfile)[1]);
execFileSync(process.execPath, [join(root, 'scripts/bundle.mjs')], { cwd: root });
const k6 = spawnSync('k6', ['version']).error ? join(root, 'harness/tools/bin/k6') : 'k6';

function start(command, args, stdout) {
  const stdio = ['ignore', stdout ? 'pipe' : 'ignore', 'pipe'];
  const child = spawn(command, args, { cwd: image, stdio });
  children.add(child);
  return child;
}

/** The first match in what a stream says. */
function said(stream, pattern) {
  return new Promise((resolve) => {
    let text = '';
    stream.on('data', (data) => {
      text += data;
      const match = pattern.exec(text);
      if (match) resolve(match[1]);
    });
  });
}

async function twins(count, channels) {
  const models = Array.from({ length: channels }, (_, n) => ['--channel', `${n + 1}=constant:2.5`]);
  const args = ['--port', '0', '--meters', String(count), ...models.flat()];
  const twin = start(join(root, 'firmware/build/host/power-meter-twin'), args, true);
  const line = JSON.parse(await said(twin.stdout, /^(.*)\n/));
  return { twin, ports: line.meters ? line.meters.map(({ port }) => port) : [line.port] };
}

async function exporter(ports, channels, intervalMs) {
  const file = join(scratch, 'meters.yaml');
  const nodes = Array.from({ length: channels }, (_, n) => `      ${n + 1}: { node: n${n + 1} }\n`);
  const meters = ports.map(
    (port, n) =>
      `  - name: m${n}\n    address: 127.0.0.1:${port}\n    interval_ms: ${intervalMs}\n    channels:\n${nodes.join('')}`,
  );
  writeFileSync(file, `meters:\n${meters.join('')}`);
  const args = [...entry, '--config.file', file, '--web.listen-address', '127.0.0.1:0'];
  const child = start(process.execPath, args, false);
  const url = `http://${await said(child.stderr, /address=(\S+)/)}`;
  while ((await fetch(`${url}/-/ready`)).status !== 200) await wait(50);
  return { child, url };
}

const stop = (...processes) => processes.forEach((child) => child.kill('SIGKILL'));
/** By the scheduler's account of every thread, in ns (proc(5), schedstat). */
const cpuMs = ({ pid }) =>
  readdirSync(`/proc/${pid}/task`)
    .map((thread) => readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').split(' ')[0])
    .reduce((sum, ns) => sum + Number(ns) / 1e6, 0);
/** Of it is its own: what stands in no file. */
function memory({ pid }) {
  const status = readFileSync(`/proc/${pid}/status`, 'latin1');
  const mb = (name) => (Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)[1]) / 1024).toFixed(0);
  return `${mb('VmRSS')} MB, its own of it ${mb('RssAnon')} MB`;
}

/** CPU in ms a minute over some seconds, while `scrape` is called each second. */
async function cpuPerMinute(child, seconds, scrape = () => undefined) {
  const [before, from] = [cpuMs(child), performance.now()];
  for (let n = 0; n < seconds; n++) {
    await scrape();
    await wait(1000);
  }
  return ((cpuMs(child) - before) * 60_000) / (performance.now() - from);
}

async function ages(url, seconds) {
  const found = [];
  for (const end = Date.now() + seconds * 1000; Date.now() < end;) {
    const page = await (await fetch(`${url}/metrics`)).text();
    const stamp = /^power_meter_last_sample_timestamp_seconds\{[^}]*\} (.*)$/m.exec(page)[1];
    found.push(Date.now() - Number(stamp) * 1000);
    await wait(13 + Math.random() * 20);
  }
  return found.sort((a, b) => a - b);
}

writeFileSync(
  join(scratch, 'scrape.js'),
  `import http from 'k6/http';
export const options = { vus: Number(__ENV.USERS), ...(__ENV.USERS === '1' ? { iterations: 500 } : { duration: '10s' }),
  summaryTrendStats: ['med', 'p(99)'], discardResponseBodies: true };
export default () => { http.get(__ENV.URL); };
export const handleSummary = (data) => ({ stdout: JSON.stringify({ rate: data.metrics.http_reqs.values.rate,
  p50: data.metrics.http_req_duration.values.med, p99: data.metrics.http_req_duration.values['p(99)'] }) });`,
);

function scrapes(url, users) {
  const env = ['--env', `URL=${url}/metrics`, '--env', `USERS=${users}`];
  const args = ['run', '--quiet', '--no-usage-report', ...env, join(scratch, 'scrape.js')];
  return JSON.parse(execFileSync(k6, args, { stdio: ['ignore', 'pipe', 'ignore'] }));
}

const row = (what, figure) => console.log(`${what.padEnd(58)} ${figure}`);
const ms = (value) => `${value.toFixed(2)} ms`;

async function oneMeter() {
  const { twin, ports } = await twins(1, 1);
  const fast = await exporter(ports, 1, 100);
  const found = await ages(fast.url, 10);
  const mean = found.reduce((sum, age) => sum + age, 0) / found.length;
  row(
    'age of a value, meter at 100 ms, mean / p99',
    `${ms(mean)} / ${ms(found[Math.floor(found.length * 0.99)])}`,
  );
  scrapes(fast.url, 1); // warms up
  const single = scrapes(fast.url, 1);
  row('a scrape, 1 scraper, p50 / p99', `${ms(single.p50)} / ${ms(single.p99)}`);
  const eight = scrapes(fast.url, 8);
  row(
    '8 scrapers, requests/s, p50 / p99',
    `${Math.round(eight.rate)}, ${ms(eight.p50)} / ${ms(eight.p99)}`,
  );
  stop(fast.child);
  const slow = await exporter(ports, 1, 1000);
  const scrape = async () => (await fetch(`${slow.url}/metrics`)).text();
  for (let n = 0; n < 1000; n++) await scrape();
  await wait(60_000); // until V8 has done with that
  row('CPU, meter at 1 Hz, idle', `${Math.round(await cpuPerMinute(slow.child, 40))} ms/min`);
  const scraped = await cpuPerMinute(slow.child, 40, scrape);
  row('CPU, meter at 1 Hz, scraped each second', `${Math.round(scraped)} ms/min`);
  row('memory', memory(slow.child));
  stop(slow.child, twin);
}

async function manyMeters() {
  const { twin, ports } = await twins(200, 6);
  const many = await exporter(ports, 6, 1000);
  const took = [];
  const scrape = async () => {
    const from = performance.now();
    await (await fetch(`${many.url}/metrics`)).text();
    took.push(performance.now() - from);
  };
  for (let n = 0; n < 100; n++) await scrape();
  await wait(5000);
  const idle = await cpuPerMinute(many.child, 20);
  row('200 meters of 6 channels at 1 Hz: CPU, idle', `${(idle / 600).toFixed(1)} % of a core`);
  took.length = 0;
  const scraped = await cpuPerMinute(many.child, 40, scrape);
  took.sort((a, b) => a - b);
  row('  CPU, scraped each second', `${(scraped / 600).toFixed(1)} % of a core`);
  row('  memory', memory(many.child));
  row('  a scrape, p50 / worst of 40', `${ms(took[took.length >> 1])} / ${ms(took.at(-1))}`);
  stop(many.child, twin);
}

console.log(`Node.js ${process.version} ${entry.join(' ')}`);
await oneMeter();
await manyMeters();
rmSync(scratch, { recursive: true });
