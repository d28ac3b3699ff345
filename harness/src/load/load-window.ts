/** A stretch of load that counts, in Unix microseconds. */
export interface LoadWindow {
  startUs: number;
  endUs: number;
}
