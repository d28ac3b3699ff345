/** Clocks that are further apart than this can't be brought together by a round trip. */
export const MOST_OFFSET_SECONDS = 1;

/** How another clock differs from ours. */
export interface ClockOffset {
  /** The other clock less ours. */
  seconds: number;
  /** One standard deviation of it. */
  uncertaintySeconds: number;
}

/** One round trip: when it began by our clock, how long it took, and the other clock's time in between. */
export interface RoundTrip {
  startSeconds: number;
  tripSeconds: number;
  otherSeconds: number;
}

/**
 * The offset by the shortest round trip, as NTP does (RFC 5905, section 8): the other clock was read somewhere within
 * it, a rectangular distribution of half its width (GUM 4.3.7).
 */
export function offsetByShortestTrip(trips: readonly RoundTrip[]): ClockOffset {
  const shortest = trips.reduce((best, trip) =>
    trip.tripSeconds < best.tripSeconds ? trip : best,
  );
  const { startSeconds, tripSeconds, otherSeconds } = shortest;
  return {
    seconds: otherSeconds - (startSeconds + tripSeconds / 2),
    uncertaintySeconds: tripSeconds / 2 / Math.sqrt(3),
  };
}
