/** Asks again for what has changed: at once, and then at most once in a while, however many changes come.
 *
 * The last change is never left out: what came while one had to wait is asked for when the wait is over.
 */
export class Freshener {
  private readonly known = new Map<
    string,
    { last: number; timer: ReturnType<typeof setTimeout> | undefined }
  >();
  private resting = false;
  private readonly missed = new Map<string, number>();

  constructor(
    private readonly refresh: (topic: string) => void,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Something of this topic has changed; ask for it at most once in so many milliseconds. */
  mark(topic: string, every: number): void {
    if (this.resting) {
      this.missed.set(topic, Math.min(every, this.missed.get(topic) ?? every));
      return;
    }
    const one = this.known.get(topic) ?? { last: Number.NEGATIVE_INFINITY, timer: undefined };
    this.known.set(topic, one);
    if (one.timer !== undefined) return;
    const wait = one.last + every - this.now();
    if (wait <= 0) this.ask(topic, one);
    else one.timer = setTimeout(() => this.ask(topic, one), wait);
  }

  /** Nobody looks: only remember what changes. */
  rest(): void {
    this.resting = true;
  }

  /** Somebody looks again. */
  wake(): void {
    if (!this.resting) return;
    this.resting = false;
    const missed = [...this.missed];
    this.missed.clear();
    for (const [topic, every] of missed) this.mark(topic, every);
  }

  private ask(topic: string, one: { last: number; timer: ReturnType<typeof setTimeout> | undefined }): void {
    one.last = this.now();
    one.timer = undefined;
    this.refresh(topic);
  }
}
