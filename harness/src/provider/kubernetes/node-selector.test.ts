import { expect, test } from 'vitest';
import { nodeSelectorOf } from './node-selector.js';

test('constraints are labels of nodes', () => {
  expect(
    nodeSelectorOf([
      'kubernetes.io/hostname=worker2',
      'kubernetes.io/arch == arm64',
      'board=jetson-nano',
      'node-role.kubernetes.io/worker=',
      'board=jetson-nano',
    ]),
  ).toEqual({
    'kubernetes.io/hostname': 'worker2',
    'kubernetes.io/arch': 'arm64',
    board: 'jetson-nano',
    'node-role.kubernetes.io/worker': '',
  });
});

test.each([
  ['board!=jetson', 'LABEL=VALUE'],
  ['board in (a, b)', 'LABEL=VALUE'],
  ['worker2', 'LABEL=VALUE'],
  ['', 'LABEL=VALUE'],
  ['=x', 'LABEL=VALUE'],
  ['a=b=c', 'LABEL=VALUE'],
  ['board=with space', 'LABEL=VALUE'],
  ['-a=b', 'LABEL=VALUE'],
  ['node.platform.os == linux', "Docker Swarm's"],
  ['node.hostname==x', "Docker Swarm's"],
])('%j is refused, with the reason', (constraint, why) => {
  const all = () => nodeSelectorOf(['kubernetes.io/os=linux', constraint]);
  expect(all).toThrow(`constraint '${constraint}' can't be honoured: `);
  expect(all).toThrow(why);
  expect(all).toThrow(expect.objectContaining({ status: 400 }) as Error);
});

test('two values of one label are refused', () => {
  expect(() => nodeSelectorOf(['a=b', 'a=c'])).toThrow('no node has a=b as well');
});
