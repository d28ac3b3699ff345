import { isSuccess } from '../attribution/node-invocations.js';
import type { FunctionResult } from '../attribution/result.js';
import { plain, quantity } from '../report/quantity.js';
import type { Analysis } from './analyze-folder.js';

/** More functions than this are explained by example. */
const EXPLAINED = 2;

/** Where random and systematic differ by less, neither is called the larger. */
const CLEARLY = 1.5;

/** A wider interval of idle power, as a share of it, is no steady idling. */
const IDLE_SHARE = 0.1;

/** Residual energy above this share of what was measured is told of. */
const RESIDUAL_SHARE = 0.02;

/** What the figures mean, for a reader who knows no statistics: a few lines. */
export function explain(analysis: Analysis): string {
  const { result } = analysis;
  const [first] = result.functions;
  const lines = first
    ? [
        ...result.functions.slice(0, EXPLAINED).map(meaning),
        ...result.functions.slice(0, 1).map(surety),
        'Marginal is what one more invocation adds; full adds its share of idle power, as if the node were there for these invocations alone.',
        idleLine(analysis),
        leftOutLine(analysis),
        ...residualLines(analysis),
        sensorLine(analysis),
      ]
    : ['There is no figure: the reasons are above.', leftOutLine(analysis), sensorLine(analysis)];
  return ['What this means', ...lines.map((line) => `- ${line}`)].join('\n');
}

function meaning({ function: name, node, marginal }: FunctionResult): string {
  const {
    joules_per_invocation: joules,
    ci95,
    detectable,
    detection_limit_joules: limit,
  } = marginal;
  if (!detectable) {
    return `${name} on ${node}: an invocation costs too little to be told from nothing here, less than ${quantity(limit, 'J', 2)}; more load or a longer run shows smaller energies.`;
  }
  return `${name} on ${node}: an invocation makes the node use ${quantity(joules, 'J')} more than idling. Measured again the same way, expect ${quantity(ci95.low, 'J')} to ${quantity(ci95.high, 'J')}: such an interval is right in 95 of 100 experiments.`;
}

function surety({ function: name, marginal, repetitions }: FunctionResult): string {
  const { random95, systematic95 } = marginal;
  const chance = random95.high - random95.low;
  const meter = systematic95.high - systematic95.low;
  const how = repetitions.length > 0 ? `, as ${repetitions.length} repetitions show it` : '';
  if (chance > CLEARLY * meter) {
    return `Most of the width of ${name}'s interval is chance${how}: more repetitions narrow it.`;
  }
  if (meter > CLEARLY * chance) {
    return `Most of the width of ${name}'s interval is what the sensor can be wrong by: calibration narrows it, repetition does not.`;
  }
  return `The width of ${name}'s interval is chance${how} and what the sensor can be wrong by, in about equal parts.`;
}

function idleLine({ result, phasesInferred, tables }: Analysis): string {
  const watts = result.nodes.map(
    ({ node, idle_watts }) => `${quantity(idle_watts.value, 'W')} on ${node}`,
  );
  const recorded = tables.phases.length > 0 && !phasesInferred;
  const from = recorded
    ? 'from its idle phases, and from time between loads with nothing in flight'
    : 'from the time with no invocation in flight, half a second after the last one on; there is no phases table';
  const unsteady = result.nodes.some(
    ({ idle_watts: { value, ci95 } }) => ci95.high - ci95.low > IDLE_SHARE * value,
  );
  const rest = unsteady
    ? ' It was not steady: something ran while nothing was in flight, or the rests are short; more rest before and after makes every figure surer.'
    : '';
  return `Idle power, ${watts.join(', ')}, is taken ${from}.${rest}`;
}

function leftOutLine({ result, tables }: Analysis): string {
  const { status } = tables.invocations;
  const failed = status.reduce((sum, code) => sum + (isSuccess(code) ? 0 : 1), 0);
  const counted = result.functions.reduce((sum, each) => sum + each.invocations, 0);
  const outside = status.length - failed - counted;
  const parts = [
    ...(failed > 0 ? [`${failed} failed (their energy is in, they don't count)`] : []),
    ...(outside > 0
      ? [`${outside} were in warm-up, outside the load windows, or in windows without a figure`]
      : []),
  ];
  const rest = parts.length > 0 ? `: ${parts.join(', ')}` : '';
  return `${counted} of ${status.length} invocations count${rest}.`;
}

function residualLines({ result }: Analysis): string[] {
  return result.nodes.flatMap(({ node, energy_joules: energy }) => {
    const share = Math.abs(energy.residual) / energy.measured;
    if (!(share > RESIDUAL_SHARE)) return [];
    return [
      `${plain(share * 100, 2)} % of the energy of ${node} is explained neither by idling nor by these functions (residual): something else ran, or idling changed.`,
    ];
  });
}

function sensorLine({ sensor, manifest, result }: Analysis): string {
  const { gainRatio, offsetWatts, clockSeconds } = sensor;
  const figures = `gain ${plain(gainRatio * 100, 2)} %, offset ${quantity(offsetWatts, 'W', 2)}, clock ${quantity(clockSeconds, 's', 2)}, one standard deviation each`;
  if (result.simulated)
    return `Every joule is simulated, by a digital twin; its sensor: ${figures}.`;
  const from = manifest
    ? 'as run.json tells'
    : 'a calibrated INA3221 unless --sensor says otherwise';
  return `The sensor is taken to be ${from}: ${figures}.`;
}
