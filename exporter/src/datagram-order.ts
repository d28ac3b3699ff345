import type { MeterDatagram } from '@power-harness/proto/codec';

/** What a datagram is by its place in the stream. */
export type Place = 'next' | 'duplicate' | 'late' | 'rebooted' | 'suspect';

/**
 * Tells a stream's order, losses and reboots. One datagram of another boot (of the first generation, which has no boot
 * id: one that goes back) may be late, or forged: only a second one that follows it means a reboot.
 */
export class DatagramOrder {
  /** Missing when the next one came; one that comes late stays counted, for a counter must not go back. */
  lost = 0;
  /** Came again. */
  duplicates = 0;
  /** Came after a later one, or alone of another boot. */
  late = 0;
  private last: Identity | undefined;
  private suspect: Identity | undefined;

  place({ timestampUs, bootId, sequence }: MeterDatagram): Place {
    const now = { timestampUs, bootId, sequence };
    const { last, suspect } = this;
    if (!last) return this.take(now, 'next');
    const sameBoot = bootId === last.bootId;
    if (sameBoot && timestampUs > last.timestampUs) {
      if (sequence > last.sequence + 1 && last.sequence > 0)
        this.lost += sequence - last.sequence - 1;
      return this.take(now, 'next');
    }
    if (sameBoot && timestampUs === last.timestampUs) {
      this.duplicates++;
      return 'duplicate';
    }
    if (sameBoot && bootId !== 0) {
      this.late++;
      return 'late';
    }
    if (suspect?.bootId === bootId && timestampUs > suspect.timestampUs) {
      this.suspect = undefined;
      return this.take(now, 'rebooted');
    }
    this.dismiss();
    this.suspect = now;
    return 'suspect';
  }

  /** What comes next is of another meter. */
  rebase(): void {
    this.last = undefined;
    this.suspect = undefined;
  }

  private take(now: Identity, place: Place): Place {
    this.last = now;
    this.dismiss();
    return place;
  }

  /** No second one came after the suspect: it was late, or forged. */
  private dismiss(): void {
    if (this.suspect) this.late++;
    this.suspect = undefined;
  }
}

type Identity = Pick<MeterDatagram, 'timestampUs' | 'bootId' | 'sequence'>;
