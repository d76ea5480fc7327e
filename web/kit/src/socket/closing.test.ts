import { expect, test } from "vitest";
import { afterClose, backoff } from "./closing";

test.each([
  [4001, { kind: "renew" }],
  [4003, { kind: "sign-out" }],
  [4008, { kind: "reconnect", least: 0 }],
  [4009, { kind: "reconnect", least: 30_000 }],
  [4029, { kind: "reconnect", least: 5_000 }],
  [1001, { kind: "reconnect", least: 0 }],
  [1013, { kind: "reconnect", least: 2_000 }],
  [1006, { kind: "reconnect", least: 0 }],
])("close code %i", (code, next) => {
  expect(afterClose(code)).toEqual(next);
});

test("the waits double up to a bound, and half of each is left to chance", () => {
  expect([0, 1, 2, 3].map((failures) => backoff(failures, 1))).toEqual([400, 800, 1600, 3200]);
  expect(backoff(3, 0)).toBe(1600);
  expect(backoff(100, 1)).toBe(15_000);
});
