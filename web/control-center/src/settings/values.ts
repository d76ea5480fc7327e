import { copy } from "../copy";
import type { Setting } from "../shapes";

const PREFIXES = /^[1-9]\d{0,6}(,[1-9]\d{0,6}){0,99}$/;

const number = new Intl.NumberFormat("id-ID");

/** A value for display: "1.440 menit", "Auto-approve". */
export function shownValue(value: string, unit: string | null): string {
  if (!/^-?\d+$/.test(value)) return copy.settings.options[value] ?? value;
  const shown = number.format(Number(value));
  return unit === null ? shown : `${shown} ${unit}`;
}

/** What is wrong with the typed value, or null. The service checks again. */
export function problemWith(setting: Setting, typed: string): string | null {
  const { value_type, minimum, maximum } = setting;
  if (value_type === "prefixes") return PREFIXES.test(typed) ? null : copy.settings.noPrefixes;
  if (value_type !== "integer" || minimum === null || maximum === null) return null;
  const value = Number(typed);
  if (/^-?\d+$/.test(typed) && value >= minimum && value <= maximum) return null;
  return copy.settings.outOfBounds(number.format(minimum), number.format(maximum));
}

export function boundsOf({ minimum, maximum, unit }: Setting): string | null {
  if (minimum === null || maximum === null) return null;
  return copy.settings.bounds(number.format(minimum), number.format(maximum), unit);
}

type Group = keyof typeof copy.settings.groups;

const GROUPS: [RegExp, Group][] = [
  [/^(payment|pairing|returning)_/, "payment"],
  [/^extension_/, "extension"],
  [/_retention_days$/, "storage"],
  [/^(otp|sign_in)_/, "signIn"],
  [/mitra|presence|offline/, "presence"],
];

/** Settings by group, in the order of the page. */
export function grouped(settings: readonly Setting[]): [Group, Setting[]][] {
  const groups = new Map<Group, Setting[]>();
  for (const setting of settings) {
    const group = GROUPS.find(([key]) => key.test(setting.key))?.[1] ?? "other";
    groups.set(group, [...(groups.get(group) ?? []), setting]);
  }
  return [...groups];
}
