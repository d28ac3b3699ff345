/** The first generation's firmware takes every shunt for this. */
export const ASSUMED_SHUNT_MICROOHMS = 100_000;

/** What a meter of the first generation, which can't be calibrated, reads wrong. */
export interface Correction {
  /** The true shunt. */
  shuntMicroohms: number;
  /** True current by read current, beside what the shunt explains. */
  gain: number;
  /** What it reads at no current. */
  offsetMicroamperes: number;
}

/** @param milliampereSeconds - since boot @param timeUs - since boot */
export function correctedCharge(
  { shuntMicroohms, gain, offsetMicroamperes }: Correction,
  milliampereSeconds: number,
  timeUs: number,
): number {
  const offset = (offsetMicroamperes / 1000) * (timeUs / 1e6);
  return (milliampereSeconds - offset) * gain * (ASSUMED_SHUNT_MICROOHMS / shuntMicroohms);
}

export function correctedCurrent(correction: Correction, milliamperes: number): number {
  return correctedCharge(correction, milliamperes, 1e6);
}

/** Why a correction can't be, of a meter that says its shunt itself; undefined where they agree. */
export function contradiction(
  { shuntMicroohms, gain, offsetMicroamperes }: Correction,
  sentMicroohms: number,
): string | undefined {
  if (shuntMicroohms === sentMicroohms && gain === 1 && offsetMicroamperes === 0) return undefined;
  return `the meters file corrects a meter that calibrates itself (shunt_uohm: ${sentMicroohms}): take shunt_uohm, gain and offset_ua out of the file`;
}
