import { describe, expect, it } from "vitest";
import type { Setting } from "../shapes";
import { grouped, problemWith, shownValue } from "./values";

const minutes: Setting = {
  key: "payment_session_timeout_minutes",
  value: "20",
  value_type: "integer",
  minimum: 1,
  maximum: 1440,
  options: null,
  unit: "menit",
  label: "Batas waktu sesi pembayaran",
  explanation: "",
  version: 1,
  updated_at: "2026-11-24T08:00:00Z",
  updated_by: "system",
  position: 1,
};

describe("a setting's value", () => {
  it("is read with its unit, and a choice by its name", () => {
    expect(shownValue("1440", "menit")).toBe("1.440 menit");
    expect(shownValue("auto_approve", null)).toBe("Auto-approve");
  });

  it("is a whole number within its bounds", () => {
    expect(problemWith(minutes, "1440")).toBeNull();
    for (const typed of ["0", "1441", "2,5", "", "abc"]) {
      expect(problemWith(minutes, typed)).toBe("Isi bilangan bulat dari 1 sampai 1.440.");
    }
  });

  it("stands under its heading, a new one under the last", () => {
    const other = { ...minutes, key: "something_new" };
    expect(grouped([minutes, other]).map(([group]) => group)).toEqual(["payment", "other"]);
  });
});
