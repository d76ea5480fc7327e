/** The service answered, and said no. `slug` is stable and for programs, `message` is a sentence for developers. */
export class Refused extends Error {
  override readonly name = "Refused";

  constructor(
    readonly status: number,
    readonly slug: string,
    message: string,
    /** The whole reply: a recorded failure says more than a refusal, `{reason, …}`. */
    readonly body: unknown = null,
    /** Milliseconds after which it is worth another try; null when the service does not say. */
    readonly retryAfter: number | null = null,
  ) {
    super(message);
  }

  /** Whether nothing was decided, so that the same call (with the same key) may be made again. */
  get passing(): boolean {
    return this.status === 429 || this.status >= 500;
  }
}

/** No answer came. Whether the call was carried out is not known. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";

  constructor(cause?: unknown) {
    super("The service could not be reached.", { cause });
  }
}

/** Whether the same call may be made again with the same key. */
export function isPassing(error: unknown): boolean {
  return error instanceof Unreachable || (error instanceof Refused && error.passing);
}

/** The slug of a refusal, or "unreachable", or "unexpected": what an app's copy has sentences for. */
export function slugOf(error: unknown): string {
  if (error instanceof Refused) return error.slug;
  return error instanceof Unreachable ? "unreachable" : "unexpected";
}
