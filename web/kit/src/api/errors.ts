/** The service refused. `slug` is stable and for programs, `message` is a sentence for developers. */
export class Refused extends Error {
  override readonly name = "Refused";

  constructor(
    readonly status: number,
    readonly slug: string,
    message: string,
    /** The whole reply: a recorded failure has more fields than a refusal, `{reason, …}`. */
    readonly body: unknown = null,
    /** Milliseconds to wait before a retry; null if the service does not say. */
    readonly retryAfter: number | null = null,
  ) {
    super(message);
  }

  /** Whether a retry with the same key is safe: nothing was decided. */
  get passing(): boolean {
    return this.status === 429 || this.status >= 500;
  }
}

/** No answer came; the outcome is unknown. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";

  constructor(cause?: unknown) {
    super("The service could not be reached.", { cause });
  }
}

/** Whether a retry with the same key may succeed. */
export function isPassing(error: unknown): boolean {
  return error instanceof Unreachable || (error instanceof Refused && error.passing);
}

/** The slug of a refusal, "unreachable" or "unexpected"; an app's copy has a sentence for each. */
export function slugOf(error: unknown): string {
  if (error instanceof Refused) return error.slug;
  return error instanceof Unreachable ? "unreachable" : "unexpected";
}
