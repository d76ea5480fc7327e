import { describe, expect, it } from "vitest";
import { longDay, moved } from "./days";
import { duration, offset } from "./duration";
import { Times } from "./times";

describe("Times", () => {
  const jakarta = new Times("Asia/Jakarta");

  it("shows a time in its zone, with the zone's name", () => {
    expect(jakarta.second("2026-11-24T17:00:09Z")).toBe("00.00.09");
    expect(jakarta.day("2026-11-24T17:00:09Z")).toBe("2026-11-25");
    expect(jakarta.whole("2026-11-24T17:00:09Z")).toBe("Rabu, 25 November 2026 00.00.09 WIB");
    expect(new Times("UTC").whole("2026-11-24T17:00:09Z")).toBe("Selasa, 24 November 2026 17.00.09 UTC");
  });

  it("names the year only when it is another one", () => {
    const now = Date.parse("2026-11-24T08:00:00Z");
    expect(jakarta.moment("2026-03-01T01:05:00Z", now)).toBe("1 Mar 08.05");
    expect(jakarta.moment("2025-03-01T01:05:00Z", now)).toBe("1 Mar 2025 08.05");
  });

  it("knows when a day begins, in summer time too", () => {
    expect(jakarta.startOfDay("2026-11-24")).toBe(Date.parse("2026-11-23T17:00:00Z"));
    const berlin = new Times("Europe/Berlin");
    expect(berlin.startOfDay("2026-03-29")).toBe(Date.parse("2026-03-28T23:00:00Z"));
    expect(berlin.startOfDay("2026-03-30")).toBe(Date.parse("2026-03-29T22:00:00Z"));
  });
});

describe("days", () => {
  it("move over months and years", () => {
    expect(moved("2026-12-31", 1)).toBe("2027-01-01");
    expect(moved("2026-03-01", -1)).toBe("2026-02-28");
    expect(longDay("2026-11-24")).toBe("Selasa, 24 November 2026");
  });
});

describe("lengths of time", () => {
  it("are said in words", () => {
    expect(duration(8.25)).toBe("8,3 dtk");
    expect(duration(125)).toBe("2 mnt 5 dtk");
    expect(duration(7260)).toBe("2 j 1 mnt");
    expect(offset(4_029_000)).toBe("+1:07:09");
  });
});
