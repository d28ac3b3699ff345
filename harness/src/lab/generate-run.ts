import type { AttributionInput, Invocations } from '../attribution/input.js';
import type { Call } from './calls.js';
import { readCpu } from './cpu-readings.js';
import { Draws } from './draws.js';
import { drive } from './drive.js';
import { budgetOf, meterNode } from './meter.js';
import { playNode } from './node-history.js';
import type { Scenario } from './scenario.js';

/** What a function really cost on a node. */
export interface LabTruth {
  function: string;
  node: string;
  /** In the load windows, above idle. */
  joules: number;
  /** In the load windows, by the share of their time. */
  invocations: number;
}

export interface LabRun {
  input: AttributionInput;
  truths: LabTruth[];
}

/** Metering begins before the first phase and ends after the last, by this. */
const MARGIN_US = 1.5e6;

/** A run with everything an analysis gets, and the truths that it does not. The same seed, the same run. */
export function generateRun(scenario: Scenario, seed: number): LabRun {
  const draws = new Draws(seed);
  const { phases, calls } = drive(scenario, draws);
  const whole = {
    startUs: phases[0]!.startUs - MARGIN_US,
    endUs: phases[phases.length - 1]!.endUs + MARGIN_US,
  };
  const windows = phases.filter(({ phase }) => phase === 'load');
  const input: AttributionInput = {
    samples: [],
    invocations: invocationsOf(scenario, calls),
    phases,
    cpu: [],
    sensor: budgetOf(scenario.meter, scenario.nodes),
  };
  const truths: LabTruth[] = [];
  scenario.nodes.forEach((node, nodeIndex) => {
    const own = calls.filter((call) => call.nodeIndex === nodeIndex);
    const history = playNode(node, own, scenario.functions.length, whole, windows, draws);
    input.samples.push(meterNode(node, scenario.meter, history, whole, draws));
    input.cpu.push(...readCpu(node, scenario, history, draws));
    scenario.functions.forEach(({ name }, f) => {
      truths.push({
        function: name,
        node: node.name,
        joules: history.marginalJoules[f]!,
        invocations: history.invocations[f]!,
      });
    });
  });
  return { input, truths };
}

function invocationsOf(
  { functions, nodes, bytesKnown }: Scenario,
  calls: readonly Call[],
): Invocations {
  return {
    functions: functions.map(({ name }) => name),
    nodes: nodes.map(({ name }) => name),
    functionIndex: new Uint16Array(calls.map((call) => call.functionIndex)),
    nodeIndex: new Uint16Array(calls.map((call) => call.nodeIndex)),
    startUs: new Float64Array(calls.map((call) => call.startUs)),
    endUs: new Float64Array(calls.map((call) => call.endUs)),
    status: new Uint16Array(calls.length).fill(200),
    ...(bytesKnown ? { bytes: new Float64Array(calls.map((call) => call.bytes)) } : {}),
  };
}
