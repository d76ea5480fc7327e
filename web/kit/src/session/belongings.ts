import { type Store, stored, storedInTab } from "./storage";

/** What an app keeps in this browser for the signed-in person: unsent messages, keys, what was seen.
 *
 * It survives reloads and an expired session. It is removed when the person signs out or another one signs in.
 */
export class Belongings {
  private readonly prefix: string;

  constructor(
    app: "customer" | "mitra" | "operator",
    private readonly stores: readonly Store[] = [stored, storedInTab],
  ) {
    this.prefix = `curhat.${app}.`;
  }

  place(name: string): string {
    return this.prefix + name;
  }

  /** This person is signed in: removes what belonged to another. */
  belongTo(userId: string): void {
    const place = this.place("owner");
    for (const store of this.stores) {
      if (store.getItem(place) === userId) continue;
      this.empty(store);
      store.setItem(place, userId);
    }
  }

  /** The person has signed out. */
  clear(): void {
    for (const store of this.stores) this.empty(store);
  }

  private empty(store: Store): void {
    for (const place of store.places()) if (place.startsWith(this.prefix)) store.removeItem(place);
  }
}
