import { expect, test } from "vitest";
import { Belongings } from "./belongings";

/** As a browser's: what stands in it is counted and named. */
function storage(): Storage {
  const kept = new Map<string, string>();
  return {
    get length() {
      return kept.size;
    },
    key: (at) => [...kept.keys()][at] ?? null,
    getItem: (name) => kept.get(name) ?? null,
    setItem: (name, value) => void kept.set(name, value),
    removeItem: (name) => void kept.delete(name),
    clear: () => kept.clear(),
  };
}

function twoThings(store: Storage): Belongings {
  const belongings = new Belongings("customer", store);
  belongings.belongTo("budi");
  for (const name of ["draft.1", "unsent.1"]) store.setItem(belongings.place(name), name);
  return belongings;
}

test("whoever signs in again finds their own", () => {
  const store = storage();
  const belongings = twoThings(store);
  new Belongings("customer", store).belongTo("budi");
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
  const mitra = new Belongings("mitra", store);
  store.setItem(mitra.place("draft.1"), "hai");
  twoThings(store).clear();
  expect(store.length).toBe(1);
  expect(store.getItem(mitra.place("draft.1"))).toBe("hai");
});
