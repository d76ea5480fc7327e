import type { KeyStore } from "../api/keys";

/** A message that the service has not confirmed. */
export interface Unsent {
  client_message_id: string;
  body: string;
  /** By the service's clock, in milliseconds. */
  at: number;
  /** A refusal that a retry does not change. */
  refused?: string;
}

/** The unconfirmed messages of one chat, in localStorage so that a reload loses none. */
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

  /** Confirmed or dropped. */
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

  /** Whether a storage event concerns this outbox. */
  isAt(place: string | null): boolean {
    return place === this.place;
  }

  private write(unsent: Unsent[]): void {
    if (unsent.length === 0) this.store.removeItem(this.place);
    else this.store.setItem(this.place, JSON.stringify(unsent));
  }
}
