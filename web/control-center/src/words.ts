import { money, Refused, slugOf } from "@curhat/kit";
import { copy } from "./copy";
import { duration } from "./time/duration";

/** An error in a sentence. */
export function sentenceOf(error: unknown): string {
  const sentence = copy.errors[slugOf(error)] ?? copy.errors["unexpected"] ?? "";
  const wait = error instanceof Refused && error.status === 429 ? error.retryAfter : null;
  return wait === null ? sentence : copy.waitFor(sentence, duration(wait / 1000));
}

export function price(amount: number): string {
  return amount === 0 ? copy.free : money(amount);
}

/** The further fields of a refusal. */
export function factsOf<Facts>(error: unknown, slug: string): Facts | null {
  return error instanceof Refused && error.slug === slug ? (error.body as Facts) : null;
}
