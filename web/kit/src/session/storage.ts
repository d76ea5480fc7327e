/** What an app needs of a Storage. */
export type Store = Pick<Storage, "getItem" | "setItem" | "removeItem"> & {
  /** Every place at which something stands. */
  places(): string[];
};

/** A browser's storage that never throws. What it does not take, since it is full or not allowed, is kept in memory: it
 * lasts as long as the page, and other tabs do not see it.
 */
export class SafeStore implements Store {
  /** What the storage did not take; null: something that it did not give up. */
  private readonly memory = new Map<string, string | null>();

  constructor(private readonly storage: () => Storage) {}

  getItem(place: string): string | null {
    const here = this.memory.get(place);
    if (here !== undefined) return here;
    try {
      return this.storage().getItem(place);
    } catch {
      return null;
    }
  }

  setItem(place: string, value: string): void {
    try {
      this.storage().setItem(place, value);
      this.memory.delete(place);
    } catch {
      this.memory.set(place, value);
    }
  }

  removeItem(place: string): void {
    try {
      this.storage().removeItem(place);
      this.memory.delete(place);
    } catch {
      this.memory.set(place, null);
    }
  }

  places(): string[] {
    const found = new Set<string>();
    try {
      const storage = this.storage();
      for (let at = 0; at < storage.length; at += 1) found.add(storage.key(at) ?? "");
    } catch {
      // Nothing is to be had but what memory holds.
    }
    for (const [place, value] of this.memory) {
      if (value === null) found.delete(place);
      else found.add(place);
    }
    return [...found];
  }
}

/** What all tabs of this browser see. */
export const stored = new SafeStore(() => localStorage);
/** What stays in this tab. */
export const storedInTab = new SafeStore(() => sessionStorage);
