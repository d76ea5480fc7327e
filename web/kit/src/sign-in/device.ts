const PLACE = "curhat.device";
const BYTES = 32;

/** What this device is known by to the service once somebody has signed in on it: chance, made once and kept.
 *
 * Undefined where nothing can be kept: the device is then a new one each time.
 */
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
