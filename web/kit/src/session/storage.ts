export type Store = Pick<Storage, "getItem" | "setItem" | "removeItem"> & {
  /** Every place with a value. */
  places(): string[];
};

/** A browser's storage that never throws. Values that it refuses are kept in memory, for this page only. */
export class SafeStore implements Store {
  /** Values that the storage refused to take; null: one that it refused to remove. */
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
      // Only memory is left.
    }
    for (const [place, value] of this.memory) {
      if (value === null) found.delete(place);
      else found.add(place);
    }
    return [...found];
  }
}

/** Shared by all tabs of this browser. */
export const stored = new SafeStore(() => localStorage);
/** Of this tab only. */
export const storedInTab = new SafeStore(() => sessionStorage);
