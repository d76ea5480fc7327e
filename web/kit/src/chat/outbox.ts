import type { KeyStore } from "../api/keys";

/** A message that its writer has sent off and the service has not confirmed. */
export interface Unsent {
  client_message_id: string;
  body: string;
  /** By the service's clock, in milliseconds. */
  at: number;
  /** The refusal that will not change by trying again. */
  refused?: string;
}

/** The messages of one chat that wait to be confirmed: they stand in localStorage, so that no reload loses them. */
export class Outbox {
  constructor(
    private readonly store: KeyStore,
    private readonly place: string,
  ) {}

  /** Oldest first. */
  read(): Unsent[] {
    try {
      const kept: unknown = JSON.parse(this.store.getItem(this.place) ?? "[]");
      return Array.isArray(kept) ? kept : [];
    } catch {
      return [];
    }
  }

  add(unsent: Unsent): void {
    this.write([...this.read(), unsent]);
  }

  /** Confirmed, or given up. */
  remove(clientMessageIds: ReadonlySet<string>): void {
    const kept = this.read();
    const left = kept.filter((one) => !clientMessageIds.has(one.client_message_id));
    if (left.length < kept.length) this.write(left);
  }

  refuse(clientMessageId: string, slug: string): void {
    this.write(
      this.read().map((one) => (one.client_message_id === clientMessageId ? { ...one, refused: slug } : one)),
    );
  }

  /** Whether this is where a change in another tab happened. */
  isAt(place: string | null): boolean {
    return place === this.place;
  }

  private write(unsent: Unsent[]): void {
    if (unsent.length === 0) this.store.removeItem(this.place);
    else this.store.setItem(this.place, JSON.stringify(unsent));
  }
}
