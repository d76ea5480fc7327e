import { expect, test } from "vitest";
import { apart } from "./apart";
import { money } from "./money";
import { shownPhone } from "./phone";
import { dayName, minutesAndSeconds, spokenDuration } from "./time";

test("money is whole rupiah with points", () => {
  expect([0, 25_000, 1_250_000].map(money)).toEqual(["Rp\u00a00", "Rp\u00a025.000", "Rp\u00a01.250.000"]);
});

test("a phone number is shown in groups", () => {
  expect(shownPhone("+6281234567890")).toBe("+62 812-3456-7890");
});

test("a name that runs from right to left stands apart, and no other does", () => {
  expect(apart("اميرة")).toBe("\u2068اميرة\u2069");
  expect(apart("רות 2")).toBe("\u2068רות 2\u2069");
  expect(["Budi", "Сергей", "さくら", "🌸", ""].map(apart)).toEqual(["Budi", "Сергей", "さくら", "🌸", ""]);
});

test("a time that is left is never less than it is, nor less than nothing", () => {
  expect([0, -3, 0.2, 65, 3_723].map(minutesAndSeconds)).toEqual(["0:00", "0:00", "0:01", "1:05", "1:02:03"]);
  expect([0, 5, 60, 245].map(spokenDuration)).toEqual(["0 detik", "5 detik", "1 menit", "4 menit 5 detik"]);
});

test("a day is named as somebody would name it", () => {
  const now = new Date(2026, 10, 24, 0, 30).getTime();
  const at = (...parts: [number, number, number]) => new Date(...parts, 23, 0).getTime();
  expect(dayName(at(2026, 10, 24), now)).toBe("Hari ini");
  expect(dayName(at(2026, 10, 23), now)).toBe("Kemarin");
  expect(dayName(at(2026, 10, 21), now)).toBe("Sabtu, 21 November");
  expect(dayName(at(2025, 10, 21), now)).toBe("21 November 2025");
});
