/** Times as an operator reads them, in one zone. */
export class Times {
  /** "WIB", "WITA", "UTC", "GMT+9". */
  readonly name: string;
  private readonly clock: Intl.DateTimeFormat;
  private readonly withSeconds: Intl.DateTimeFormat;
  private readonly dayAndMonth: Intl.DateTimeFormat;
  private readonly date: Intl.DateTimeFormat;
  private readonly longDate: Intl.DateTimeFormat;
  private readonly parts: Intl.DateTimeFormat;

  constructor(readonly zone: string) {
    const form = (options: Intl.DateTimeFormatOptions) =>
      new Intl.DateTimeFormat("id-ID", { timeZone: zone, hourCycle: "h23", ...options });
    this.clock = form({ hour: "2-digit", minute: "2-digit" });
    this.withSeconds = form({ hour: "2-digit", minute: "2-digit", second: "2-digit" });
    this.dayAndMonth = form({ day: "numeric", month: "short" });
    this.date = form({ day: "numeric", month: "short", year: "numeric" });
    this.longDate = form({ weekday: "long", day: "numeric", month: "long", year: "numeric" });
    this.parts = new Intl.DateTimeFormat("en-CA", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "2-digit",
      day: "2-digit",
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
    });
    this.name =
      form({ timeZoneName: "short" })
        .formatToParts(0)
        .find(({ type }) => type === "timeZoneName")?.value ?? zone;
  }

  /** "14.05" */
  time(at: string | number): string {
    return this.clock.format(new Date(at));
  }

  /** "14.05.09" */
  second(at: string | number): string {
    return this.withSeconds.format(new Date(at));
  }

  /** "24 Nov 14.05", with the year if it is not this one. */
  moment(at: string | number, now: number): string {
    const date = this.day(at).slice(0, 4) === this.day(now).slice(0, 4) ? this.dayAndMonth : this.date;
    return `${date.format(new Date(at))} ${this.time(at)}`;
  }

  /** "14.05" today, "23 Nov 14.05" before. */
  recent(at: string | number, now: number): string {
    return this.day(at) === this.day(now) ? this.time(at) : this.moment(at, now);
  }

  /** "Selasa, 24 November 2026 14.05.09 WIB" */
  whole(at: string | number): string {
    return `${this.longDate.format(new Date(at))} ${this.second(at)} ${this.name}`;
  }

  /** "24 Nov 2026" */
  shortDate(at: string | number): string {
    return this.date.format(new Date(at));
  }

  /** The day in this zone, "2026-11-24". */
  day(at: string | number): string {
    return this.wall(at).slice(0, 10);
  }

  /** The start of a day in this zone, in milliseconds. */
  startOfDay(day: string): number {
    const wanted = Date.parse(`${day}T00:00:00Z`);
    // The first guess is off by the zone's offset; the second pass is for a change of offset.
    const guess = wanted - this.offset(wanted);
    return wanted - this.offset(guess);
  }

  private offset(at: number): number {
    return Date.parse(`${this.wall(at)}Z`) - Math.floor(at / 1000) * 1000;
  }

  /** "2026-11-24T14:05:09" */
  private wall(at: string | number): string {
    const found: Record<string, string> = {};
    for (const { type, value } of this.parts.formatToParts(new Date(at))) found[type] = value;
    return `${found["year"]}-${found["month"]}-${found["day"]}T${found["hour"]}:${found["minute"]}:${found["second"]}`;
  }
}
