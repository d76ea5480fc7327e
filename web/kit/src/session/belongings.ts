/** What one of the apps keeps in this browser for the person who is signed in: unsent messages, keys, what was seen.
 *
 * It stays through reloads, tabs, and a session that has run out. It goes when its person signs out, and nobody else
 * ever comes by it.
 */
export class Belongings {
  private readonly prefix: string;

  constructor(
    app: "customer" | "mitra" | "operator",
    private readonly store: Storage = localStorage,
  ) {
    this.prefix = `curhat.${app}.`;
  }

  /** Where something stands in localStorage. */
  place(name: string): string {
    return this.prefix + name;
  }

  /** This person is signed in: what was another's goes. */
  belongTo(userId: string): void {
    const place = this.place("owner");
    if (this.store.getItem(place) === userId) return;
    this.clear();
    this.store.setItem(place, userId);
  }

  /** Their person has signed out. */
  clear(): void {
    const places = Array.from({ length: this.store.length }, (_, at) => this.store.key(at));
    for (const place of places) if (place?.startsWith(this.prefix)) this.store.removeItem(place);
  }
}
