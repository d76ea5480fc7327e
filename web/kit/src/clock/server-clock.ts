/** The server's time at a moment of the monotonic clock, with its uncertainty. */
interface Reading {
  server: number;
  at: number;
  uncertainty: number;
}

/** The assumed latency of a reading without a measured round trip. */
const UNMEASURED = 1000;
/** How fast the uncertainty grows: clocks drift, phones sleep. */
const DRIFT_PER_MS = 1 / 1000;

/** The server's time, independent of the phone's clock.
 *
 * It uses readings of `server_time`, and the monotonic clock between them. The most certain reading counts; one that
 * contradicts it replaces it.
 */
export class ServerClock {
  private reading: Reading | null = null;

  constructor(private readonly steady: () => number = () => performance.now()) {}

  /** Milliseconds since 1970 by the server's clock; by the phone's before the first reading. */
  now(): number {
    const { reading } = this;
    return reading === null ? Date.now() : reading.server + (this.steady() - reading.at);
  }

  /** Take a reading. `roundTrip`: in milliseconds. */
  read(serverTime: string, roundTrip?: number): void {
    const server = Date.parse(serverTime);
    if (Number.isNaN(server)) return;
    const at = this.steady();
    const fresh: Reading = {
      server: server + (roundTrip ?? 0) / 2,
      at,
      uncertainty: roundTrip === undefined ? UNMEASURED : roundTrip / 2,
    };
    if (this.reading === null || this.isSurer(fresh, this.reading)) this.reading = fresh;
  }

  private isSurer(fresh: Reading, known: Reading): boolean {
    const age = fresh.at - known.at;
    const uncertainty = known.uncertainty + age * DRIFT_PER_MS;
    const difference = Math.abs(fresh.server - (known.server + age));
    return fresh.uncertainty <= uncertainty || difference > fresh.uncertainty + uncertainty;
  }
}
