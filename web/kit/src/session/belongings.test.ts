import { expect, test } from "vitest";
import { Belongings } from "./belongings";
import { SafeStore } from "./storage";

/** As a browser's: what stands in it is counted and named. */
function storage(): SafeStore {
  const kept = new Map<string, string>();
  const storage: Storage = {
    get length() {
      return kept.size;
    },
    key: (at) => [...kept.keys()][at] ?? null,
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, value) => void kept.set(name, value),
    removeItem: (name) => void kept.delete(name),
    clear: () => kept.clear(),
  };
  return new SafeStore(() => storage);
}

function twoThings(store: SafeStore): Belongings {
  const belongings = new Belongings("customer", [store]);
  belongings.belongTo("budi");
  for (const name of ["draft.1", "unsent.1"]) store.setItem(belongings.place(name), name);
  return belongings;
}

test("whoever signs in again finds their own", () => {
  const store = storage();
  const belongings = twoThings(store);
  new Belongings("customer", [store]).belongTo("budi");
  expect(store.getItem(belongings.place("draft.1"))).toBe("draft.1");
});

test("somebody else finds nothing", () => {
  const store = storage();
  const belongings = twoThings(store);
  belongings.belongTo("rani");
  expect(["draft.1", "unsent.1"].map((name) => store.getItem(belongings.place(name)))).toEqual([null, null]);
});

test("what belongs to another app's person stays", () => {
  const store = storage();
  const mitra = new Belongings("mitra", [store]);
  store.setItem(mitra.place("draft.1"), "hai");
  twoThings(store).clear();
  expect(store.places()).toHaveLength(1);
  expect(store.getItem(mitra.place("draft.1"))).toBe("hai");
});

test("what a tab keeps for itself goes with its person, whichever tab somebody else signs in with", () => {
  const [shared, one, other] = [storage(), storage(), storage()];
  const tabs = [one, other].map((tab) => new Belongings("customer", [shared, tab]));
  for (const tab of tabs) tab.belongTo("budi");
  one.setItem("curhat.customer.draft.1", "a");
  other.setItem("curhat.customer.draft.1", "b");
  for (const tab of tabs) tab.belongTo("rani");
  expect([one, other].map((tab) => tab.getItem("curhat.customer.draft.1"))).toEqual([null, null]);
});
