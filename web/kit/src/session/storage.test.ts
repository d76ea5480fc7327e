import { describe, expect, it } from "vitest";
import { SafeStore } from "./storage";

/** A minimal Storage that can be full or forbidden. */
class Fake {
  readonly kept = new Map<string, string>();
  full = false;
  get length(): number {
    return this.kept.size;
  }
  key(at: number): string | null {
    return [...this.kept.keys()][at] ?? null;
  }
  getItem(place: string): string | null {
    return this.kept.get(place) ?? null;
  }
  setItem(place: string, value: string): void {
    if (this.full) throw new DOMException("full", "QuotaExceededError");
    this.kept.set(place, value);
  }
  removeItem(place: string): void {
    this.kept.delete(place);
  }
}

describe("a store that never throws", () => {
  it("keeps in memory what a full storage does not take, and no older value comes back", () => {
    const fake = new Fake();
    const store = new SafeStore(() => fake as unknown as Storage);
    store.setItem("a", "old");
    fake.full = true;
    store.setItem("a", "new");
    store.setItem("b", "only here");
    expect([store.getItem("a"), store.getItem("b")]).toEqual(["new", "only here"]);
    expect(store.places().sort()).toEqual(["a", "b"]);
    store.removeItem("a");
    expect(store.getItem("a")).toBeNull();
    fake.full = false;
    store.setItem("b", "there");
    expect([...fake.kept]).toEqual([["b", "there"]]);
  });

  it("works where even the storage itself may not be touched", () => {
    const store = new SafeStore(() => {
      throw new DOMException("denied", "SecurityError");
    });
    expect(store.getItem("a")).toBeNull();
    store.setItem("a", "1");
    expect([store.getItem("a"), store.places()]).toEqual(["1", ["a"]]);
    store.removeItem("a");
    expect([store.getItem("a"), store.places()]).toEqual([null, []]);
  });
});
