import { slugOf } from "@curhat/kit";
import { copy } from "./copy";

/** What somebody is told of an error. */
export function sentenceOf(error: unknown): string {
  return copy.errors[slugOf(error)] ?? copy.errors.unexpected;
}
