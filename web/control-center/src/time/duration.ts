const number = new Intl.NumberFormat("id-ID", { maximumFractionDigits: 1 });

/** Seconds as "12 dtk", "4 mnt 5 dtk", "3 j 20 mnt". */
export function duration(seconds: number): string {
  if (seconds < 10 && seconds % 1 !== 0) return `${number.format(seconds)} dtk`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} dtk`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return whole % 60 === 0 ? `${minutes} mnt` : `${minutes} mnt ${whole % 60} dtk`;
  const hours = Math.floor(minutes / 60);
  return minutes % 60 === 0 ? `${hours} j` : `${hours} j ${minutes % 60} mnt`;
}

/** Milliseconds since the beginning of a story as "+0:12", "+1:04:09". */
export function offset(milliseconds: number): string {
  const whole = Math.max(0, Math.floor(milliseconds / 1000));
  const minutes = Math.floor(whole / 60) % 60;
  const seconds = String(whole % 60).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  return hours > 0 ? `+${hours}:${String(minutes).padStart(2, "0")}:${seconds}` : `+${minutes}:${seconds}`;
}
