import { describe, expect, it } from "vitest";
import { labelled, runs, stacked, ticks } from "./scale";

describe("an axis", () => {
  it("has round steps and ends at or above the most", () => {
    expect(ticks(87)).toEqual([0, 25, 50, 75, 100]);
    expect(ticks(4)).toEqual([0, 1, 2, 3, 4]);
    expect(ticks(9)).toEqual([0, 5, 10]);
    expect(ticks(0.4)).toEqual([0, 1]);
    expect(ticks(1_250_000)).toEqual([0, 500_000, 1_000_000, 1_500_000]);
    expect(ticks(0)).toEqual([0, 1]);
  });

  it("labels as many places as there is room for, and the last", () => {
    const shown = labelled(30, 400, 50);
    expect(Array.from({ length: 30 }, (_, at) => at).filter(shown)).toEqual([1, 5, 9, 13, 17, 21, 25, 29]);
  });
});

describe("values", () => {
  it("are stacked from the bottom up", () => {
    expect(stacked([2, 0, 3])).toEqual([
      [0, 2],
      [2, 2],
      [2, 5],
    ]);
  });

  it("make no line over a gap", () => {
    expect(runs([1, null, 2, 3])).toEqual([
      [[0, 1]],
      [
        [2, 2],
        [3, 3],
      ],
    ]);
  });
});
