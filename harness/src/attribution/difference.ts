import type { Activity } from './activity.js';
import type { Figure } from './figure.js';
import type { NodeView } from './node-view.js';
import { windowsFigure } from './windows-figure.js';

/**
 * One function at a time: the energy of its load windows above idle, divided by its invocations.
 * @param windows - of this function alone
 */
export function difference(view: NodeView, activity: Activity, windows: readonly number[]): Figure {
  return windowsFigure('difference', view, activity, windows, () => 1);
}
