/** What a scenario sends. */
export interface K6Call {
  url: string;
  /** Absolute path; null for an empty body. */
  payload_file: string | null;
  content_type: string;
  /** A call's id is this, a dash and the iteration's number. */
  call_id_prefix: string;
}

/**
 * What the k6 script reads from load.json beside it: everything that differs between two loads, so that
 * `k6 run script.js` in the folder of an old run repeats it.
 */
export interface K6Config {
  request_timeout_seconds: number;
  /** By scenario. */
  calls: Record<string, K6Call>;
  /** k6's own scenarios option. */
  scenarios: Record<string, object>;
  /** Sub-metrics that the summary shall show. */
  thresholds: Record<string, string[]>;
}

export const CONFIG_FILE = 'load.json';
export const SCRIPT_FILE = 'script.js';
export const SUMMARY_FILE = 'summary.json';

/** Before the scenario's start in Unix milliseconds, in a line that each k6 that shares the load logs for itself. */
export const START_MARK = 'power-harness scenario ';

/** The k6 script, the same for every load. One row per sample is written, so it keeps tags few. */
export const K6_SCRIPT = `import http from 'k6/http';
import exec from 'k6/execution';

const config = JSON.parse(open('./${CONFIG_FILE}'));
const bodies = {};
for (const [scenario, call] of Object.entries(config.calls)) {
  bodies[scenario] = call.payload_file === null ? null : open(call.payload_file, 'b');
}

export const options = {
  scenarios: config.scenarios,
  thresholds: config.thresholds,
  discardResponseBodies: true,
  systemTags: ['status', 'scenario', 'error_code', 'expected_response'],
  summaryTrendStats: ['avg', 'min', 'med', 'max', 'p(95)', 'p(99)', 'count'],
  userAgent: 'power-harness',
  maxRedirects: 0,
};

http.setResponseCallback(http.expectedStatuses({ min: 200, max: 299 }));

export default function () {
  const { iterationInTest, iterationInInstance, name, startTime } = exec.scenario;
  if (iterationInInstance === 0) console.log('${START_MARK}' + name + ' ' + startTime);
  const call = config.calls[name];
  const callId = call.call_id_prefix + '-' + iterationInTest;
  exec.vu.metrics.metadata.call_id = callId;
  delete exec.vu.metrics.metadata.replica;
  const { headers } = http.post(call.url, bodies[name], {
    headers: { 'Content-Type': call.content_type, 'X-Call-Id': callId },
    timeout: config.request_timeout_seconds * 1000,
  });
  // Rows of a request carry what was known when it began: only the row of the iteration's end has its replica.
  exec.vu.metrics.metadata.replica = headers['X-Replica'] || '';
}

export function handleSummary(data) {
  return { '${SUMMARY_FILE}': JSON.stringify({ metrics: data.metrics, state: data.state }, null, 1) };
}
`;
