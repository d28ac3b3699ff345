/**
 * For tests, by `node --import`: this process' time passes CLOCK_SPEED times as fast as real time since CLOCK_START_US
 * (Unix µs), as that of a twin with `--speed` that started then. Timers end as much earlier.
 */
const speed = Number(process.env['CLOCK_SPEED']);
const startMs = Number(process.env['CLOCK_START_US']) / 1000;

const realNow = performance.now.bind(performance);
const realTimeout = globalThis.setTimeout;

performance.now = () => realNow() * speed;
// The time of Date itself has whole milliseconds: too coarse to be multiplied.
Date.now = () => Math.floor(startMs + (performance.timeOrigin + realNow() - startMs) * speed);
globalThis.setTimeout = ((callback: () => void, milliseconds = 0) =>
  realTimeout(callback, milliseconds / speed)) as typeof setTimeout;
