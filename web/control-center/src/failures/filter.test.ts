import { describe, expect, it } from "vitest";
import { changed } from "../address/use-address";
import { Times } from "../time/times";
import { changesOf, filterOf, queryOf } from "./filter";

const jakarta = new Times("Asia/Jakarta");
const filter = (query: string) => filterOf(new URLSearchParams(query));

describe("the filter of failures", () => {
  it("shows what needs action unless the address says otherwise", () => {
    expect(queryOf(filter(""), jakarta)).toEqual({ needs_action: true, limit: 50, offset: 0 });
    expect(queryOf(filter("needs_action=any"), jakarta)).toEqual({ limit: 50, offset: 0 });
    expect(queryOf(filter("needs_action=false"), jakarta)).toMatchObject({ needs_action: false });
  });

  it("takes what it knows of the address, and nothing else", () => {
    const strange = filter(
      "cause_tags=customer_cancelled&cause_tags=unheard_of&date_from=2026-02-31&page=-3",
    );
    expect(strange).toMatchObject({ causes: ["customer_cancelled"], from: null, page: 1 });
    expect(filter("size=9999").size).toBe(200);
  });

  it("goes by days of Jakarta as they are, and by those of another zone as times", () => {
    const days = filter("date_from=2026-11-01&date_to=2026-11-02");
    expect(queryOf(days, jakarta)).toMatchObject({ date_from: "2026-11-01", date_to: "2026-11-02" });
    expect(queryOf(days, new Times("Asia/Jayapura"))).toMatchObject({
      date_from: "2026-10-31T15:00:00.000Z",
      date_to: "2026-11-02T15:00:00.000Z",
    });
  });

  it("goes by days of Jakarta in any zone when the address says so, until other days are chosen", () => {
    const days = filter("date_from=2026-11-01&date_to=2026-11-02&days=wib");
    expect(queryOf(days, new Times("Asia/Jayapura"))).toMatchObject({
      date_from: "2026-11-01",
      date_to: "2026-11-02",
    });
    expect(changesOf({ from: "2026-11-03", to: null })).toMatchObject({ days: null });
    expect(changesOf({ page: 2 })).not.toHaveProperty("days");
  });

  it("begins at the first page when it changes", () => {
    const before = new URLSearchParams("page=7&needs_action=any");
    expect(changed(before, changesOf({ causes: ["customer_cancelled"] })).toString()).toBe(
      "needs_action=any&cause_tags=customer_cancelled",
    );
    expect(changed(before, changesOf({ page: 8 })).toString()).toBe("needs_action=any&page=8");
    expect(changed(before, changesOf({ needs: "true" })).toString()).toBe("");
  });
});
