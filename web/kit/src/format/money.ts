const rupiah = new Intl.NumberFormat("id-ID", { maximumFractionDigits: 0 });

/** 25000 as "Rp 25.000", with a space that does not break. */
export function money(amount: number): string {
  return `Rp\u00a0${rupiah.format(amount)}`;
}
