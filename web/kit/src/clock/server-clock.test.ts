import { describe, expect, test } from "vitest";
import { ServerClock } from "./server-clock";

const NOON = Date.parse("2026-11-24T12:00:00Z");

/** A clock with its monotonic time. */
function made() {
  const steady = { now: 500 };
  return { steady, clock: new ServerClock(() => steady.now) };
}

describe("the server's clock", () => {
  test("goes on from a reading, whatever the phone's clock says", () => {
    const { steady, clock } = made();
    clock.read("2026-11-24T12:00:00Z");
    steady.now += 90_000;
    expect(clock.now()).toBe(NOON + 90_000);
  });

  test("counts half of a measured round trip", () => {
    const { clock } = made();
    clock.read("2026-11-24T12:00:00Z", 300);
    expect(clock.now()).toBe(NOON + 150);
  });

  test("keeps a sure reading when a vague one agrees with it", () => {
    const { steady, clock } = made();
    clock.read("2026-11-24T12:00:00Z", 40);
    steady.now += 1_000;
    clock.read("2026-11-24T12:00:00.600Z");
    expect(clock.now()).toBe(NOON + 1_020);
  });

  test("believes the newest when they contradict each other: the phone has slept", () => {
    const { steady, clock } = made();
    clock.read("2026-11-24T12:00:00Z", 40);
    steady.now += 1_000;
    clock.read("2026-11-24T12:10:00Z");
    expect(clock.now()).toBe(NOON + 600_000);
  });

  test("is not put off by what is no time", () => {
    const { clock } = made();
    clock.read("2026-11-24T12:00:00Z");
    clock.read("soon");
    expect(clock.now()).toBe(NOON);
  });
});
