import { describe, expect, it } from "vitest";
import { type LaneItem, rowsOf } from "./lanes";

const item = (from: number, to?: number): LaneItem => ({
  key: String(from),
  from,
  ...(to !== undefined && { to }),
  tone: "chat",
  label: "",
});

describe("items of a lane", () => {
  it("stand below each other while they overlap, and side by side when they do not", () => {
    expect(rowsOf([item(0, 10), item(5, 15), item(10, 20), item(12, 13)], 1)).toEqual([0, 1, 0, 2]);
  });

  it("are at least as wide as they are drawn", () => {
    expect(rowsOf([item(0), item(2), item(6)], 5)).toEqual([0, 1, 0]);
  });
});
