import { expect, test } from 'vitest';
import { mergeSummaries } from './merge-summaries.js';

const counter = (count: number, rate: number) => ({
  ...{ type: 'counter', contains: 'default' },
  values: { count, rate },
});

test('counts add up, also of what only one has; percentiles do not', () => {
  const waiting = { type: 'trend', contains: 'time', values: { 'p(95)': 3 } };
  expect(
    mergeSummaries([
      { metrics: { http_reqs: counter(30, 10), http_req_duration: waiting } },
      { metrics: { http_reqs: counter(31, 10.5), dropped_iterations: counter(2, 1) } },
    ]),
  ).toEqual({ metrics: { http_reqs: counter(61, 20.5), dropped_iterations: counter(2, 1) } });
});
