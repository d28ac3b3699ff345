/**
 * Colours as CSS variables, so that one SVG serves light and dark. Okabe and Ito's set: told apart with any
 * colour vision.
 */
const LIGHT = {
  paper: '#ffffff',
  ink: '#1d2430',
  faint: '#5b6472',
  grid: '#e4e7ec',
  rule: '#d4d8df',
  s1: '#0072b2',
  s2: '#c85200',
  s3: '#007d5e',
  s4: '#a64d87',
  truth: '#b00020',
  note: '#fff4d6',
  'note-ink': '#6b4e00',
  'phase-idle': '#e9eef3',
  'phase-settle': '#f6f2e7',
  'phase-warmup': '#fde7cf',
  'phase-load': '#d9ecdf',
  'phase-cold': '#dcebf7',
  'phase-warm': '#f7e6ef',
};

const DARK: typeof LIGHT = {
  paper: '#14181f',
  ink: '#e6e9ee',
  faint: '#a2abb8',
  grid: '#2a313c',
  rule: '#39424f',
  s1: '#56b4e9',
  s2: '#f0935a',
  s3: '#3cc79b',
  s4: '#d794bf',
  truth: '#ff8a8a',
  note: '#3a2f10',
  'note-ink': '#ffdf8f',
  'phase-idle': '#1d2530',
  'phase-settle': '#2b281d',
  'phase-warmup': '#3d2c1a',
  'phase-load': '#1b3527',
  'phase-cold': '#15304a',
  'phase-warm': '#3a2132',
};

/** The colours of both schemes. */
export const SCHEMES = { light: LIGHT, dark: DARK };

/** A scheme as CSS declarations. */
export function cssVariables(scheme: keyof typeof SCHEMES): string {
  return Object.entries(SCHEMES[scheme])
    .map(([name, color]) => `--${name}: ${color};`)
    .join(' ');
}

/** The colours themselves where no style sheet says what a variable is: in an SVG that stands alone. */
export function withColors(svg: string): string {
  return svg.replaceAll(
    /var\(--([\w-]+)\)/g,
    (whole, name: string) => LIGHT[name as keyof typeof LIGHT] ?? whole,
  );
}

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
  cold: 'var(--phase-cold)',
  warm: 'var(--phase-warm)',
} as const;

export const TRUTH = 'var(--truth)';

export function seriesColor(index: number): string {
  return SERIES[index % SERIES.length]!;
}
