import type { Belongings } from "./belongings";
import type { Session } from "./session";

/** The parts of an app that belong to one person. */
export interface Attended {
  session: Session;
  live: { start(): void; stop(): void };
  conversations: { forget(): void };
  queries: { clear(): void };
  belongings: Belongings;
}

/** Starts what belongs to the signed-in person, and clears it when that person changes. */
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
