/** A time may be corrected by a little as more is known of it; beyond this the host's clock was set back. */
const SET_BACK_US = 100_000;

/** Readings' times by the host's clock: strictly increasing but where that clock was set back. */
export class HostTimes {
  /** How often it was. */
  setBack = 0;
  private lastUs = 0;

  next(us: number): { timeUs: number; clockSetBack: boolean } {
    const rounded = Math.round(us);
    const clockSetBack = rounded < this.lastUs - SET_BACK_US;
    if (clockSetBack) this.setBack++;
    this.lastUs = clockSetBack ? rounded : Math.max(rounded, this.lastUs + 1);
    return { timeUs: this.lastUs, clockSetBack };
  }
}
