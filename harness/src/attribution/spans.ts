/** A stretch of time, in Unix microseconds. */
export interface Span {
  startUs: number;
  endUs: number;
}

export function secondsOf({ startUs, endUs }: Span): number {
  return (endUs - startUs) / 1e6;
}

/** The union of spans, in order, none touching another. */
export function mergeSpans(spans: readonly Span[]): Span[] {
  const merged: Span[] = [];
  for (const span of [...spans].sort((a, b) => a.startUs - b.startUs)) {
    const last = merged.at(-1);
    if (last && span.startUs <= last.endUs) last.endUs = Math.max(last.endUs, span.endUs);
    else merged.push({ startUs: span.startUs, endUs: span.endUs });
  }
  return merged;
}

/** What of `whole` lies outside `holes`, which are merged. */
export function subtractSpans(whole: Span, holes: readonly Span[]): Span[] {
  const rest: Span[] = [];
  let { startUs } = whole;
  for (const hole of holes) {
    if (hole.endUs <= startUs) continue;
    if (hole.startUs >= whole.endUs) break;
    if (hole.startUs > startUs) rest.push({ startUs, endUs: hole.startUs });
    startUs = Math.max(startUs, hole.endUs);
  }
  if (startUs < whole.endUs) rest.push({ startUs, endUs: whole.endUs });
  return rest;
}

/** The part of `span` within `window`; undefined where there is none. */
export function intersect(span: Span, window: Span): Span | undefined {
  const startUs = Math.max(span.startUs, window.startUs);
  const endUs = Math.min(span.endUs, window.endUs);
  return startUs < endUs ? { startUs, endUs } : undefined;
}
