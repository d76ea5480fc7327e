import { useSyncExternalStore } from "react";
import type { Session, User } from "./session";

/** Who is signed in, or null; follows changes in any tab. */
export function useUser(session: Session): User | null {
  return useSyncExternalStore(session.subscribe, session.user);
}
