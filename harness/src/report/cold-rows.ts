import type { ColdStartResult, Figure } from '../attribution/result.js';
import { plain, quantity, relativeError, relativeHalfWidth, withInterval } from './quantity.js';

/** What is told of a function's cold starts, by name. */
export function coldRows(each: ColdStartResult, joules: string): [name: string, text: string][] {
  const { start_seconds: seconds, truth } = each;
  const rows: [string, string][] = [
    ['cold starts', String(each.cold_starts)],
    ['time to the first answer', withInterval(seconds.value, seconds.ci95, 's')],
    [`energy of a cold start${joules}`, figureText(each.start_joules, 'J')],
    [`energy of a warm request${joules}`, figureText(each.warm_request_joules, 'J')],
    [`keeping a replica warm${joules}`, figureText(each.keep_warm_joules_per_minute, 'J/min')],
    ['keeping it is cheaper above', breakEvenText(each)],
  ];
  if (truth) {
    const start = each.start_joules;
    const error = start.detectable
      ? `  error ${relativeError(start.value, truth.start_joules)}`
      : '';
    rows.push(
      ['truth of a start, by the twin', `${quantity(truth.start_joules, 'J', 4)}${error}`],
      ['truth of keeping, by the twin', quantity(truth.keep_warm_joules_per_minute, 'J/min', 3)],
    );
  }
  return rows;
}

/** `< x` where the run can't tell the figure from nothing. */
export function figureText(
  { value, ci95, detectable, detection_limit: limit }: Figure,
  unit: string,
): string {
  if (!detectable) return `< ${quantity(limit, unit, 2)}  ${withInterval(value, ci95, unit)}`;
  return `${withInterval(value, ci95, unit)}  ${relativeHalfWidth(value, ci95)}`;
}

/** A rate, or the bound that is known of it. */
export function breakEvenText({
  break_even_per_hour: rate,
}: Pick<ColdStartResult, 'break_even_per_hour'>): string {
  if (!rate) return 'no rate: a cold start takes no more than a warm request';
  const { low, high } = rate.ci95;
  const show = (perHour: number) => plain(perHour, 2);
  if (high === null && low === 0) return 'a rate that this run can not tell';
  if (high === null) return `some rate beyond ${show(low)} requests/h`;
  if (low === 0) return `some rate below ${show(high)} requests/h`;
  return `${plain(rate.value, 3)} requests/h  [${show(low)}, ${show(high)}]`;
}
