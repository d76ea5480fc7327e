import { callAnonymously } from "../api/client";
import { Refused } from "../api/errors";
import { stored } from "./storage";

export interface User {
  id: string;
  display_name: string;
  phone?: string;
  email?: string;
  role?: string;
}

/** The reply to a sign-in and to a refresh. */
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
  /** By this phone's clock, right or wrong: it is compared only with itself. */
  staleAt: number;
  user: User;
}

/** Refresh a token that has less than this left. */
const MARGIN_MS = 30_000;

/** The session of this browser, shared by all tabs through localStorage.
 *
 * A refresh token can be used once, so tabs refresh under a lock and check first whether another tab was faster.
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

  adopt(reply: TokenReply): void {
    this.signedOutBecause = null;
    this.write(reply);
  }

  /** A valid access token; null if nobody is signed in. Throws if a refresh fails for now. */
  async token(): Promise<string | null> {
    const kept = this.read();
    if (kept === null) return null;
    return kept.staleAt - Date.now() > MARGIN_MS ? kept.access : this.renew(kept.access);
  }

  /** The token to use instead of an expired or refused one; null if nobody is signed in any more. */
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

  /** Sign out in all tabs; the service is told if it is reachable. */
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

/** Runs `work` under a lock of this browser; without Web Locks (plain http), of this tab. */
function exclusively<T>(name: string, work: () => Promise<T>): Promise<T> {
  if (navigator.locks) return navigator.locks.request(name, work) as Promise<T>;
  const turn = inThisTab.then(work, work);
  inThisTab = turn.catch(() => undefined);
  return turn;
}
