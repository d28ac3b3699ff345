import { attribute } from '../attribution/attribute.js';
import type { FunctionResult } from '../attribution/result.js';
import { generateRun, type LabTruth } from './generate-run.js';
import { cpuShare } from './peers/cpu-share.js';
import { faasmeter } from './peers/faasmeter.js';
import { kepler } from './peers/kepler.js';
import type { Peer } from './peers/peer.js';
import type { Scenario } from './scenario.js';

/** The ways others use, on the very same runs. */
export const PEERS = { cpu_share: cpuShare, kepler, faasmeter } satisfies Record<string, Peer>;
export type PeerName = keyof typeof PEERS;
export const PEER_NAMES = Object.keys(PEERS) as PeerName[];

/** One function on one node in one generated run. */
export interface Outcome extends LabTruth {
  /** Absent where it was refused. */
  marginal?: FunctionResult['marginal'];
  /** What the others give, in joules per invocation. */
  peers: Record<PeerName, number>;
}

/** Generates a run, and holds what attribution and its peers make of it against the truth. */
export function assessRun(scenario: Scenario, seed: number): Outcome[] {
  const { input, truths } = generateRun(scenario, seed);
  const { functions } = attribute(input, 'auto');
  return scenario.nodes.flatMap(({ name, cores }) => {
    const samples = input.samples.find(({ node }) => node === name)!;
    const cpu = input.cpu.filter(({ node }) => node === name);
    const figures = PEER_NAMES.map(
      (peer) => [peer, PEERS[peer]({ samples, cpu, run: input, cores })] as const,
    );
    return truths
      .filter(({ node }) => node === name)
      .map((truth) => {
        const own = functions.find(
          (each) => each.function === truth.function && each.node === name,
        );
        const peers = figures.map(([peer, joules]) => [peer, joules.get(truth.function) ?? NaN]);
        return {
          ...truth,
          ...(own ? { marginal: own.marginal } : {}),
          peers: Object.fromEntries(peers) as Record<PeerName, number>,
        };
      });
  });
}
