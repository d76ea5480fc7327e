import { expect, test } from "vitest";
import { Seen } from "./seen";

test("an id is new once", () => {
  const seen = new Seen();
  expect([7, 3, 7, 3, 8].map((id) => seen.add(id))).toEqual([true, true, false, false, true]);
});

test("only the newest are remembered", () => {
  const seen = new Seen(2);
  for (const id of [1, 2, 3]) seen.add(id);
  expect([2, 3, 1].map((id) => seen.add(id))).toEqual([false, false, true]);
});
