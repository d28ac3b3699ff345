/**
 * Colours as CSS variables, so that one SVG serves light and dark. Okabe and Ito's set: told apart with any
 * colour vision.
 */
export const INK = 'var(--ink)';
export const FAINT = 'var(--faint)';
export const GRID = 'var(--grid)';
export const PAPER = 'var(--paper)';

export const SERIES = ['var(--s1)', 'var(--s2)', 'var(--s3)', 'var(--s4)'] as const;

export const PHASE_FILLS = {
  idle: 'var(--phase-idle)',
  settle: 'var(--phase-settle)',
  warmup: 'var(--phase-warmup)',
  load: 'var(--phase-load)',
} as const;

export const TRUTH = 'var(--truth)';

export function seriesColor(index: number): string {
  return SERIES[index % SERIES.length]!;
}
