import { isPassing } from "./errors";
import type { Keys } from "./keys";

const TRIES = 3;
const PAUSE_MS = 700;

/** Makes the intent's call, with retries while no answer comes; it is carried out once. */
export async function insist<Reply>(
  keys: Keys,
  intent: string,
  call: (key: string) => Promise<Reply>,
): Promise<Reply> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await keys.once(intent, call);
    } catch (error) {
      if (tries >= TRIES || !isPassing(error)) throw error;
      await new Promise((done) => setTimeout(done, PAUSE_MS * tries));
    }
  }
}
