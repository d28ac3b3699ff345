/** The host's clock read with microseconds would drift apart by slewing: it is set right beyond this. */
const ANCHOR_TOLERANCE_MS = 2;

let anchorMs = performance.timeOrigin;

/** Unix time in microseconds, finer than Date.now() and following it when it is slewed or stepped. */
export function hostTimeUs(): number {
  const now = performance.now();
  const wall = Date.now();
  const differenceMs = wall + 0.5 - (anchorMs + now);
  if (Math.abs(differenceMs) > ANCHOR_TOLERANCE_MS) anchorMs += differenceMs;
  return (anchorMs + now) * 1000;
}
