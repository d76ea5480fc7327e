import { slugOf } from "@curhat/kit";
import { copy } from "./copy";

export function sentenceOf(error: unknown): string {
  return copy.errors[slugOf(error)] ?? copy.errors.unexpected;
}
