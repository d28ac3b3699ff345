import { type MeterDatagram } from '@power-harness/proto/codec';
import { SequenceLoss } from './sequence-loss.js';

/** What a datagram is by its place in the stream. */
export type Place = 'next' | 'duplicate' | 'late' | 'rebooted' | 'suspect';

/** The meter's clock and the host's part by no more than this between two datagrams of one boot. */
const LEAP_US = 10_000_000;

/** So many datagrams in a row that fit each other, and not what was before, are believed. */
const CONFIRMATIONS = 3;

interface Placed {
  timestampUs: number;
  arrivalUs: number;
  bootId: number;
  charge: number;
}

/**
 * Tells a stream's order, losses and reboots. A datagram of another boot may be garbage or late by a reboot, so
 * it is believed only when others follow it; counters are cumulative, so nothing is lost by waiting. Meters of
 * the first generation have no boot id: a reboot is seen by their clock, late datagrams by their little lateness.
 */
export class DatagramOrder {
  private readonly loss = new SequenceLoss();
  private last: Placed | undefined;
  private suspect: { bootId: number; timestampUs: number; count: number } | undefined;

  /** Datagrams missing in the sequence; never decreases. */
  get lost(): number {
    return this.loss.total;
  }

  place(datagram: MeterDatagram, arrivalUs: number): Place {
    const { timestampUs, bootId } = datagram;
    const { last } = this;
    if (!last) return this.take(datagram, arrivalUs, 'next');
    if (bootId === last.bootId) {
      if (timestampUs === last.timestampUs) return 'duplicate';
      const leapUs = timestampUs - last.timestampUs - (arrivalUs - last.arrivalUs);
      const later = timestampUs > last.timestampUs;
      if (later && Math.abs(leapUs) < LEAP_US) return this.take(datagram, arrivalUs, 'next');
      if (!later && (bootId !== 0 || -leapUs < LEAP_US)) {
        this.loss.late(datagram.sequence);
        return 'late';
      }
    }
    if (!this.confirms(datagram)) return 'suspect';
    const goesOn =
      bootId === last.bootId &&
      timestampUs > last.timestampUs &&
      datagram.chargeMilliampereSeconds >= last.charge;
    return this.take(datagram, arrivalUs, goesOn ? 'next' : 'rebooted');
  }

  private confirms({ bootId, timestampUs }: MeterDatagram): boolean {
    const aheadUs = timestampUs - (this.suspect?.timestampUs ?? 0);
    if (this.suspect?.bootId !== bootId || aheadUs < 0 || aheadUs > LEAP_US) {
      this.suspect = { bootId, timestampUs, count: 1 };
      return false;
    }
    if (aheadUs === 0) return false;
    this.suspect.timestampUs = timestampUs;
    return ++this.suspect.count >= CONFIRMATIONS;
  }

  private take(datagram: MeterDatagram, arrivalUs: number, place: 'next' | 'rebooted'): Place {
    const { timestampUs, bootId, chargeMilliampereSeconds: charge } = datagram;
    this.suspect = undefined;
    this.last = { timestampUs, arrivalUs, bootId, charge };
    if (place === 'rebooted') this.loss.restart();
    this.loss.next(datagram.sequence);
    return place;
  }
}
