/** Remembers the newest ids, to drop duplicates. */
export class Seen {
  private readonly ids = new Set<number>();

  constructor(private readonly most = 5_000) {}

  /** True the first time. */
  add(id: number): boolean {
    if (this.ids.has(id)) return false;
    this.ids.add(id);
    if (this.ids.size > this.most) this.ids.delete(this.ids.values().next().value as number);
    return true;
  }
}
