import { callAnonymously } from "../api/client";
import { Refused } from "../api/errors";
import { stored } from "./storage";

/** Who is signed in. */
export interface User {
  id: string;
  display_name: string;
  phone?: string;
  email?: string;
  role?: string;
}

/** What the service gives on signing in and on refreshing. */
export interface TokenReply {
  access_token: string;
  refresh_token: string;
  /** Seconds. */
  expires_in: number;
  user: User;
}

export type SignedOutBecause = "asked" | "expired" | "forbidden";

interface Kept {
  access: string;
  refresh: string;
  /** By this phone's clock, right or wrong: it is compared with nothing else. */
  staleAt: number;
  user: User;
}

/** Exchange a token that has less than this left. */
const MARGIN_MS = 30_000;

/** Who is signed in here, in all tabs of this browser together.
 *
 * The tokens stand in localStorage, where all tabs see them. A refresh token is good for one exchange, so tabs take
 * turns: whoever holds the lock looks first whether another has exchanged it already.
 */
export class Session {
  signedOutBecause: SignedOutBecause | null = null;
  private readonly place: string;
  private readonly listeners = new Set<() => void>();
  private known: { text: string | null; kept: Kept | null } = { text: null, kept: null };

  constructor(
    readonly audience: "customer" | "mitra" | "operator",
    private readonly routes = { refresh: "/api/auth/refresh", logout: "/api/auth/logout" },
  ) {
    this.place = `curhat.session.${audience}`;
    addEventListener("storage", (event) => {
      if (event.key === this.place || event.key === null) this.announce();
    });
  }

  /** For `useSyncExternalStore`. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Who is signed in; the same object until that changes. */
  readonly user = (): User | null => this.read()?.user ?? null;

  /** Somebody has signed in. */
  adopt(reply: TokenReply): void {
    this.signedOutBecause = null;
    this.write(reply);
  }

  /** An access token that is good for a while yet, or null when nobody is signed in.
   *
   * Throws `Unreachable` (or a passing `Refused`) when the old one has run out and no new one can be had now.
   */
  async token(): Promise<string | null> {
    const kept = this.read();
    if (kept === null) return null;
    return kept.staleAt - Date.now() > MARGIN_MS ? kept.access : this.renew(kept.access);
  }

  /** The token to use instead of one that was refused or has run out. Null: nobody is signed in any more. */
  async renew(instead: string): Promise<string | null> {
    return exclusively(this.place, async () => {
      const kept = this.read();
      if (kept === null || kept.access !== instead) return kept?.access ?? null;
      try {
        const body = { refresh_token: kept.refresh };
        const reply = await callAnonymously<TokenReply>(this.routes.refresh, body);
        return this.write({ ...reply, user: reply.user ?? kept.user }).access;
      } catch (error) {
        if (!(error instanceof Refused) || error.passing) throw error;
        this.end("expired");
        return null;
      }
    });
  }

  /** Sign out, here and in the other tabs; the service is told if it can be reached. */
  async signOut(): Promise<void> {
    const kept = this.read();
    this.end("asked");
    if (kept !== null) {
      await callAnonymously(this.routes.logout, { refresh_token: kept.refresh }).catch(() => undefined);
    }
  }

  /** Nobody is signed in any more. */
  end(because: SignedOutBecause): void {
    if (this.read() === null) return;
    this.signedOutBecause = because;
    stored.removeItem(this.place);
    this.announce();
  }

  private read(): Kept | null {
    const text = stored.getItem(this.place);
    if (text !== this.known.text) this.known = { text, kept: parse(text) };
    return this.known.kept;
  }

  private write(reply: TokenReply): Kept {
    const kept: Kept = {
      access: reply.access_token,
      refresh: reply.refresh_token,
      staleAt: Date.now() + reply.expires_in * 1000,
      user: reply.user,
    };
    stored.setItem(this.place, JSON.stringify(kept));
    this.announce();
    return kept;
  }

  private announce(): void {
    for (const listener of this.listeners) listener();
  }
}

function parse(text: string | null): Kept | null {
  try {
    const kept = text === null ? null : (JSON.parse(text) as Partial<Kept>);
    return kept?.access && kept.refresh && kept.user ? (kept as Kept) : null;
  } catch {
    return null;
  }
}

let inThisTab: Promise<unknown> = Promise.resolve();

/** Run `work` when nobody else in this browser does; without Web Locks (plain http), nobody else in this tab. */
function exclusively<T>(name: string, work: () => Promise<T>): Promise<T> {
  if (navigator.locks) return navigator.locks.request(name, work) as Promise<T>;
  const turn = inThisTab.then(work, work);
  inThisTab = turn.catch(() => undefined);
  return turn;
}
