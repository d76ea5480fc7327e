const whole = new Intl.NumberFormat("id-ID", { maximumFractionDigits: 0 });

/** 4000 as "4.000". */
export function count(many: number): string {
  return whole.format(many);
}
