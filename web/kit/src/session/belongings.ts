import { type Store, stored, storedInTab } from "./storage";

/** What one of the apps keeps in this browser for the person who is signed in: unsent messages, keys, what was seen.
 *
 * It stays through reloads, tabs, and a session that has run out. It goes when its person signs out, and nobody else
 * ever comes by it.
 */
export class Belongings {
  private readonly prefix: string;

  constructor(
    app: "customer" | "mitra" | "operator",
    private readonly stores: readonly Store[] = [stored, storedInTab],
  ) {
    this.prefix = `curhat.${app}.`;
  }

  /** Where something stands in a store. */
  place(name: string): string {
    return this.prefix + name;
  }

  /** This person is signed in: what was another's goes. */
  belongTo(userId: string): void {
    const place = this.place("owner");
    for (const store of this.stores) {
      if (store.getItem(place) === userId) continue;
      this.empty(store);
      store.setItem(place, userId);
    }
  }

  /** Their person has signed out. */
  clear(): void {
    for (const store of this.stores) this.empty(store);
  }

  private empty(store: Store): void {
    for (const place of store.places()) if (place.startsWith(this.prefix)) store.removeItem(place);
  }
}
