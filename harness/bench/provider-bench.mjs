// Requests per second and latency of a trivial function at 8 connections: spoken to directly, through a plain Node proxy
// (node:http on both sides, nothing else), through our provider, and through the real OpenFaaS gateway in front of our
// provider. All on the same machine as k6, taking turns, after a first round that warms up and doesn't count.
//
// The gateway is built from harness/tools/gateway when it is not there yet; its ports, 8080 and 8082, are fixed, and it
// asks a Prometheus, for which a stub answers with an empty vector.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SECONDS = 8;
const ROUNDS = 3;
const CONNECTIONS = 8;

const tools = fileURLToPath(new URL('../tools/', import.meta.url));
const own = (name) => {
  const built = join(tools, 'bin', name);
  return spawnSync(name, ['version']).error ? built : name;
};
const scratch = mkdtempSync(join(tmpdir(), 'provider-bench-'));
const children = [];
process.on('exit', () => children.forEach((child) => child.kill('SIGKILL')));

writeFileSync(
  join(scratch, 'function.mjs'),
  `import { createServer } from 'node:http';
createServer((request, response) => response.end('ok')).listen(process.env.PORT, '127.0.0.1');`,
);
writeFileSync(
  join(scratch, 'load.js'),
  `import http from 'k6/http';
export const options = { vus: ${CONNECTIONS}, duration: '${SECONDS}s', discardResponseBodies: true,
  summaryTrendStats: ['med', 'p(99)'] };
export default () => { http.get(__ENV.URL); };
export const handleSummary = (data) => ({ stdout: JSON.stringify({
  rate: data.metrics.http_reqs.values.rate, p50: data.metrics.http_req_duration.values.med,
  p99: data.metrics.http_req_duration.values['p(99)'], failed: data.metrics.http_req_failed.values.rate }) });`,
);

function start(command, args, options = {}) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'ignore'], ...options });
  children.push(child);
  return child;
}

const firstLine = (child) =>
  new Promise((resolve) =>
    child.stdout.once('data', (data) => resolve(JSON.parse(data.toString().split('\n')[0]))),
  );

async function until(probe, what) {
  for (const end = Date.now() + 15_000; Date.now() < end;) {
    if (await probe().catch(() => false)) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${what} did not get ready`);
}

const provider = fileURLToPath(new URL('../dist/provider/main.js', import.meta.url));
const { url } = await firstLine(
  start(process.execPath, [provider, '--port', '0', '--functions-root', scratch]),
);
await fetch(`${url}/system/functions`, {
  method: 'POST',
  body: JSON.stringify({
    service: 'ok',
    image: 'ok',
    annotations: {
      'power-harness.command': `${process.execPath} function.mjs`,
      'power-harness.ready-path': '/',
    },
  }),
});
await until(async () => (await fetch(`${url}/function/ok`)).status === 200, 'the function');
const [{ port }] = await (await fetch(`${url}/system/replicas`)).json();

writeFileSync(
  join(scratch, 'proxy.mjs'),
  `import { Agent, createServer, request } from 'node:http';
const agent = new Agent({ keepAlive: true });
const server = createServer((incoming, answer) => {
  const { method, headers } = incoming;
  const outgoing = request({ host: '127.0.0.1', port: ${port}, path: '/', method, headers, agent }, (upstream) => {
    answer.writeHead(upstream.statusCode, upstream.rawHeaders);
    upstream.pipe(answer);
  });
  incoming.pipe(outgoing);
});
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify(server.address())));`,
);
const proxy = await firstLine(start(process.execPath, [join(scratch, 'proxy.mjs')]));

const targets = {
  direct: `http://127.0.0.1:${port}/`,
  'plain Node proxy': `http://127.0.0.1:${proxy.port}/`,
  provider: `${url}/function/ok`,
};
const gateway = join(tools, 'bin/gateway');
if (!existsSync(gateway)) {
  console.log('building the OpenFaaS gateway (once)');
  execFileSync('go', ['build', '-trimpath', '-o', gateway, 'github.com/openfaas/faas/gateway'], {
    cwd: join(tools, 'gateway'),
    stdio: 'inherit',
  });
}
const prometheus = createServer((_, response) => {
  response.setHeader('Content-Type', 'application/json');
  response.end('{"status":"success","data":{"resultType":"vector","result":[]}}');
});
await new Promise((resolve) => prometheus.listen(0, '127.0.0.1', resolve));
start(gateway, [], {
  env: {
    PATH: process.env.PATH,
    functions_provider_url: `${url}/`,
    logs_provider_url: `${url}/`,
    basic_auth: 'false',
    function_namespace: 'openfaas-fn',
    faas_prometheus_host: '127.0.0.1',
    faas_prometheus_port: String(prometheus.address().port),
  },
  stdio: 'ignore',
});
await until(
  async () => (await fetch('http://127.0.0.1:8080/function/ok')).status === 200,
  'the gateway',
);
targets['gateway + provider'] = 'http://127.0.0.1:8080/function/ok';

const results = Object.fromEntries(Object.keys(targets).map((name) => [name, []]));
for (let round = 0; round <= ROUNDS; round++) {
  for (const [name, target] of Object.entries(targets)) {
    const args = [
      'run',
      '--quiet',
      '--no-usage-report',
      '--env',
      `URL=${target}`,
      join(scratch, 'load.js'),
    ];
    const result = execFileSync(own('k6'), args, { stdio: ['ignore', 'pipe', 'ignore'] });
    if (round > 0) results[name].push(JSON.parse(result));
  }
}
prometheus.close();
for (const child of children) child.kill('SIGTERM');

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1];
const rate = (name) => median(results[name].map((result) => result.rate));
console.log(`${CONNECTIONS} connections, median of ${ROUNDS} rounds of ${SECONDS} s, taking turns`);
console.log('target                requests/s   of direct   p50 ms   p99 ms   failed');
for (const [name, runs] of Object.entries(results)) {
  const cells = [
    rate(name).toFixed(0).padStart(10),
    (rate(name) / rate('direct')).toFixed(2).padStart(11),
    median(runs.map((run) => run.p50))
      .toFixed(2)
      .padStart(8),
    median(runs.map((run) => run.p99))
      .toFixed(2)
      .padStart(8),
    `${(100 * median(runs.map((run) => run.failed))).toFixed(1)} %`.padStart(8),
  ];
  console.log(`${name.padEnd(22)}${cells.join(' ')}`);
}
