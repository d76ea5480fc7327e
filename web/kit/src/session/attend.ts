import type { Belongings } from "./belongings";
import type { Session } from "./session";

/** What an app has that is one person's. */
export interface Attended {
  session: Session;
  live: { start(): void; stop(): void };
  conversations: { forget(): void };
  queries: { clear(): void };
  belongings: Belongings;
}

/** Hear what concerns whoever is signed in, and nothing of whoever was before: now, and whenever that changes. */
export function attend({ session, live, conversations, queries, belongings }: Attended): void {
  let attended: string | null = null;

  function look(): void {
    const id = session.user()?.id ?? null;
    if (id === attended) return;
    attended = id;
    live.stop();
    conversations.forget();
    queries.clear();
    if (id !== null) {
      belongings.belongTo(id);
      live.start();
    } else if (session.signedOutBecause === "asked") {
      belongings.clear();
    }
  }

  session.subscribe(look);
  look();
}
