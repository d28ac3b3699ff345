/** A run's name: when it started (UTC) and what it measures, so that a folder of runs sorts itself. */
export function runId(startedAt: Date, functions: readonly string[]): string {
  const stamp = startedAt
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(/[-:]/g, '');
  const [first = 'run', ...others] = functions;
  const what = others.length === 0 ? first : `${first}-and-${others.length}-more`;
  return `${stamp}-${what.replaceAll(/[^\w.-]/g, '_')}`;
}
