/** What follows each close code of a socket. */

export const Close = {
  goingAway: 1001,
  tryAgainLater: 1013,
  unauthenticated: 4001,
  forbidden: 4003,
  tooSlow: 4008,
  badFrame: 4009,
  tooMany: 4029,
} as const;

export type Next =
  /** Connect again after `least` milliseconds and what the backoff adds. */
  | { kind: "reconnect"; least: number }
  /** The token has expired: refresh it, then connect at once. */
  | { kind: "renew" }
  /** The service will never accept this token. */
  | { kind: "sign-out" };

export function afterClose(code: number): Next {
  switch (code) {
    case Close.unauthenticated:
      return { kind: "renew" };
    case Close.forbidden:
      return { kind: "sign-out" };
    case Close.tryAgainLater:
      return { kind: "reconnect", least: 2_000 };
    case Close.tooMany:
      return { kind: "reconnect", least: 5_000 };
    case Close.badFrame: // a fault of this app: it would repeat
      return { kind: "reconnect", least: 30_000 };
    default: // going away, too slow, lost
      return { kind: "reconnect", least: 0 };
  }
}

const FIRST_MS = 400;
const MOST_MS = 15_000;

/** The wait before the next attempt: exponential backoff with 50 % jitter. */
export function backoff(failures: number, chance: number = Math.random()): number {
  const most = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(failures, 10));
  return most / 2 + (most / 2) * chance;
}
