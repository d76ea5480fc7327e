import { count } from "./count";

/** 25000 as "Rp 25.000", with a space that does not break. */
export function money(amount: number): string {
  return `Rp\u00a0${count(amount)}`;
}
