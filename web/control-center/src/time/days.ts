/** Calendar days, "2026-11-24". Figures and reports use Jakarta's days in every zone. */

const short = new Intl.DateTimeFormat("id-ID", { day: "numeric", month: "short", timeZone: "UTC" });
const long = new Intl.DateTimeFormat("id-ID", {
  weekday: "long",
  day: "numeric",
  month: "long",
  year: "numeric",
  timeZone: "UTC",
});

export function isDay(text: string | null): text is string {
  return text !== null && /^\d{4}-\d{2}-\d{2}$/.test(text) && moved(text, 0) === text;
}

export function moved(day: string, days: number): string {
  const at = new Date(`${day}T00:00:00Z`);
  if (Number.isNaN(at.getTime())) return "";
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
}

/** "24 Nov" */
export function shortDay(day: string): string {
  return short.format(new Date(`${day}T00:00:00Z`));
}

/** "Selasa, 24 November 2026" */
export function longDay(day: string): string {
  return long.format(new Date(`${day}T00:00:00Z`));
}
