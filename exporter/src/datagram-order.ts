import { type MeterDatagram } from '@power-harness/proto/codec';

/** What a datagram is by its place in the stream. */
export type Place = 'next' | 'duplicate' | 'late' | 'rebooted' | 'suspect';

/**
 * Tells a stream's order, losses and reboots. Meters of the first generation have neither boot id nor
 * sequence: one datagram that goes back may be late, so only a second one that follows it means a reboot.
 */
export class DatagramOrder {
  /** Missing when the next one came; one that comes late stays counted, for a counter must not go back. */
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
    if (bootId !== 0) return 'late';
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
