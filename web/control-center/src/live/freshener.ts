/** Refetches what has changed: at once, then at most once per interval. The last change is never left out. */
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

  /** The topic has changed; fetch it at most once per interval. */
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

  /** The page is hidden: only remember changes. */
  rest(): void {
    this.resting = true;
  }

  /** The page is visible again. */
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
