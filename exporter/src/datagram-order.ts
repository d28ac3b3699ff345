import { type MeterDatagram } from '@power-harness/proto/codec';

/** What a datagram is by its place in the stream. */
export type Place = 'next' | 'duplicate' | 'late' | 'rebooted' | 'suspect';

/** The sequence starts anew with a subscription; a smaller step back than this is a late datagram. */
const LATE_WINDOW = 1000;

/**
 * Tells a stream's order, losses and reboots. Meters of the first generation have neither boot id nor
 * sequence: one datagram that goes back may be late, so only a second one that follows it means a reboot.
 */
export class DatagramOrder {
  lost = 0;
  private last: { timestampUs: number; bootId: number; sequence: number } | undefined;
  private suspectUs: number | undefined;

  place(datagram: MeterDatagram): Place {
    const { timestampUs, bootId, sequence } = datagram;
    const { last } = this;
    if (!last) return this.take(datagram, 'next');
    if (bootId !== 0 && last.bootId !== 0 && bootId !== last.bootId) {
      return this.take(datagram, 'rebooted');
    }
    if (timestampUs > last.timestampUs) {
      this.suspectUs = undefined;
      if (sequence > last.sequence + 1 && last.sequence > 0)
        this.lost += sequence - last.sequence - 1;
      return this.take(datagram, 'next');
    }
    if (timestampUs === last.timestampUs) return 'duplicate';
    if (bootId !== 0) {
      // It was counted as lost when it was jumped over.
      if (sequence < last.sequence && last.sequence - sequence < LATE_WINDOW && this.lost > 0)
        this.lost--;
      return 'late';
    }
    if (this.suspectUs !== undefined && timestampUs > this.suspectUs) {
      this.suspectUs = undefined;
      return this.take(datagram, 'rebooted');
    }
    this.suspectUs = timestampUs;
    return 'suspect';
  }

  private take({ timestampUs, bootId, sequence }: MeterDatagram, place: Place): Place {
    this.last = { timestampUs, bootId, sequence };
    return place;
  }
}
