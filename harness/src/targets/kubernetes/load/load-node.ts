import { TargetError } from '../../../errors.js';
import type { ClusterNode } from '../cluster-nodes.js';

/** The node that k6 runs on. */
export interface LoadNode {
  node: ClusterNode;
  /** Whether it is measured, too. */
  measured: boolean;
}

/**
 * The node asked for, else the first that is ready, takes pods, and is not measured.
 * @throws TargetError (`LOAD_NODE_UNKNOWN`, `LOAD_NODE_NOT_READY`, `NO_LOAD_NODE`)
 */
export function chooseLoadNode(
  nodes: readonly ClusterNode[],
  measured: readonly string[],
  asked: string | undefined,
): LoadNode {
  const isMeasured = ({ name }: ClusterNode) => measured.includes(name);
  if (asked !== undefined) {
    const node = nodes.find(({ name }) => name === asked);
    if (!node) {
      const names = nodes.map(({ name }) => name).join(', ');
      throw new TargetError(
        'LOAD_NODE_UNKNOWN',
        `There is no node '${asked}' for the load.`,
        `There are: ${names}.`,
      );
    }
    if (!node.ready) {
      throw new TargetError(
        'LOAD_NODE_NOT_READY',
        `${asked}, which the load shall come from, is not ready: ${node.reason}.`,
        'kubectl describe node tells more; or name another with --load-node.',
      );
    }
    return { node, measured: isMeasured(node) };
  }
  const node = nodes.find((each) => each.ready && each.takesPods && !isMeasured(each));
  if (node) return { node, measured: false };
  throw new TargetError(
    'NO_LOAD_NODE',
    'No node is left for the load: each one is measured, not ready, or takes no pods.',
    `Measure one with --node (${measured.join(', ')}), or name with --load-node what k6 may run on, also if it is measured.`,
  );
}
