/** What the clock was told once: the server's time at a moment of our own steady clock, give or take. */
interface Reading {
  server: number;
  at: number;
  uncertainty: number;
}

/** A reading whose way here was not measured may be this late. */
const UNMEASURED = 1000;
/** How much the trust in a reading wears off: clocks drift, and phones sleep. */
const DRIFT_PER_MS = 1 / 1000;

/** The server's time, whatever the phone's clock says.
 *
 * It goes by readings of `server_time` and by the steady clock between them, so a phone that is an hour off, or is set
 * right in the middle of a countdown, changes nothing. The surest reading counts; one that contradicts it replaces it.
 */
export class ServerClock {
  private reading: Reading | null = null;

  constructor(private readonly steady: () => number = () => performance.now()) {}

  /** Milliseconds since 1970 by the server's clock; by the phone's until the server has told. */
  now(): number {
    const { reading } = this;
    return reading === null ? Date.now() : reading.server + (this.steady() - reading.at);
  }

  /** Take a reading. `roundTrip`: how long the question and its answer took, in milliseconds. */
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
