import { expect, test } from 'vitest';
import { parseK6Line } from './k6-output.js';

test.each([
  ['running (1.0s), 00/50 VUs, 49 complete and 0 interrupted iterations', 1, 49],
  ['running (0m02.5s), 01/10 VUs, 7 complete and 0 interrupted iterations', 2.5, 7],
  ['running (1h02m03.0s), 10/10 VUs, 123456 complete and 2 interrupted iterations', 3723, 123456],
])('progress: %s', (line, elapsedSeconds, iterations) => {
  expect(parseK6Line(line)).toEqual({ kind: 'progress', elapsedSeconds, iterations });
});

test('the start that the script tells', () => {
  const line =
    '{"level":"info","msg":"power-harness scenario load 1795459268935","source":"console"}';
  expect(parseK6Line(line)).toEqual({
    kind: 'start',
    scenario: 'load',
    startUs: 1795459268935000,
  });
});

test('what an output could not write', () => {
  const line =
    '{"error":"connection refused","level":"error","msg":"Failed to send","output":"Prometheus remote write"}';
  expect(parseK6Line(line)).toEqual({ kind: 'output-failed', message: 'connection refused' });
});

test('errors, and nothing else', () => {
  expect(parseK6Line('{"level":"error","msg":"no"}')).toEqual({ kind: 'error', message: 'no' });
  expect(parseK6Line('{"level":"warning","msg":"Request Failed"}')).toBeUndefined();
  expect(parseK6Line('{"level":"error"')).toBeUndefined();
  expect(parseK6Line('load   [  33% ] 00/50 VUs  1.0s/3s  50.00 iters/s')).toBeUndefined();
});
