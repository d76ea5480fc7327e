import { uuid } from "../format/uuid";
import { Refused } from "./errors";

/** Stores idempotency keys: localStorage in an app. */
export type KeyStore = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** Idempotency keys that survive retries, reloads and other tabs.
 *
 * An *intent* names what the person wants once ("confirm:<payment>"). Its key lives from the first attempt until the
 * service has decided: attempts before that get the same answer, later ones are new.
 */
export class Keys {
  constructor(
    private readonly store: KeyStore,
    private readonly placeOf: (intent: string) => string,
  ) {}

  /** Make a call with the intent's key. */
  async once<Reply>(intent: string, call: (key: string) => Promise<Reply>): Promise<Reply> {
    const place = this.placeOf(intent);
    const key = this.store.getItem(place) ?? uuid();
    this.store.setItem(place, key);
    try {
      const reply = await call(key);
      this.store.removeItem(place);
      return reply;
    } catch (error) {
      if (error instanceof Refused && !error.passing && error.status !== 401) this.store.removeItem(place);
      throw error;
    }
  }
}
