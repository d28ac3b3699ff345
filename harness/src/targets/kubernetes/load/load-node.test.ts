import { expect, test } from 'vitest';
import type { ClusterNode } from '../cluster-nodes.js';
import { chooseLoadNode } from './load-node.js';

const node = (name: string, more: Partial<ClusterNode> = {}): ClusterNode => ({
  ...{ name, host: name, ready: true, takesPods: true, reason: 'kubelet says so' },
  ...more,
});
const NODES = [
  node('control', { takesPods: false }),
  node('away', { ready: false }),
  node('a'),
  node('b'),
];
const chosen = (measured: string[], asked?: string) => chooseLoadNode(NODES, measured, asked);

test('by default one that is ready, takes pods and is not measured', () => {
  expect(chosen(['a'])).toMatchObject({ node: { name: 'b' }, measured: false });
  expect(chosen(['b'])).toMatchObject({ node: { name: 'a' }, measured: false });
});

test('the one that was named: also measured, also with taints', () => {
  expect(chosen(['a'], 'a')).toMatchObject({ node: { name: 'a' }, measured: true });
  expect(chosen(['a'], 'control')).toMatchObject({ node: { name: 'control' }, measured: false });
});

test('none is left: both ways out are named', () => {
  expect(() => chosen(['a', 'b'])).toThrow(
    expect.objectContaining({
      code: 'NO_LOAD_NODE',
      hint: expect.stringMatching(/--node \(a, b\).*--load-node/) as string,
    }) as Error,
  );
});

test.each([
  ['nowhere', 'LOAD_NODE_UNKNOWN', "There is no node 'nowhere' for the load."],
  ['away', 'LOAD_NODE_NOT_READY', 'away, which the load shall come from, is not ready'],
])('%s can not be', (asked, code, message) => {
  const error = { code, message: expect.stringContaining(message) as string };
  expect(() => chosen([], asked)).toThrow(expect.objectContaining(error) as Error);
});
