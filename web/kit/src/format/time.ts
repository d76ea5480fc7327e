/** Times in Indonesian, in the zone of the browser. */

const clock = new Intl.DateTimeFormat("id-ID", { hour: "2-digit", minute: "2-digit" });
const day = new Intl.DateTimeFormat("id-ID", { weekday: "long", day: "numeric", month: "long" });
const dayOfYear = new Intl.DateTimeFormat("id-ID", { day: "numeric", month: "long", year: "numeric" });

/** "14.05" */
export function timeOfDay(at: string | number): string {
  return clock.format(new Date(at));
}

/** "Hari ini", "Kemarin", "Sabtu, 21 November", with the year if it is not this one. `now` in milliseconds. */
export function dayName(at: string | number, now: number): string {
  const date = new Date(at);
  const today = new Date(now);
  if (isSameDay(date, today)) return "Hari ini";
  const yesterday = new Date(now);
  yesterday.setDate(today.getDate() - 1);
  if (isSameDay(date, yesterday)) return "Kemarin";
  return date.getFullYear() === today.getFullYear() ? day.format(date) : dayOfYear.format(date);
}

/** Seconds as "4:05" or "1:02:03". */
export function minutesAndSeconds(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = String(whole % 60).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

/** Seconds for a screen reader: "4 menit 5 detik". */
export function spokenDuration(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  const minutes = Math.floor(whole / 60);
  const parts = [minutes > 0 ? `${minutes} menit` : "", whole % 60 > 0 ? `${whole % 60} detik` : ""];
  return parts.filter(Boolean).join(" ") || "0 detik";
}

function isSameDay(one: Date, other: Date): boolean {
  return one.toDateString() === other.toDateString();
}
