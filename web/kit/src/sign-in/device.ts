const PLACE = "curhat.device";
const BYTES = 32;

/** Identifies this device to the service: random, made once and kept. Undefined if nothing can be stored. */
export function deviceSecret(): string | undefined {
  try {
    const kept = localStorage.getItem(PLACE);
    if (kept !== null) return kept;
    const bytes = crypto.getRandomValues(new Uint8Array(BYTES));
    const made = btoa(String.fromCharCode(...bytes))
      .replaceAll("+", "-")
      .replaceAll("/", "_")
      .replace("=", "");
    localStorage.setItem(PLACE, made);
    return made;
  } catch {
    return undefined;
  }
}
