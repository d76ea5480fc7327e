import { classNames } from "@curhat/kit";
import { copy } from "../copy";
import type { Presence } from "../shapes";
import "./presence.css";

/** A full, half or empty dot for online, unreachable and offline, and the word. */
export function PresenceOf({ presence }: { presence: Presence }) {
  return <span className={classNames("presence", `presence-${presence}`)}>{copy.presence[presence]}</span>;
}

const MOST_BOXES = 6;

/** How many of a mitra's places are taken. */
export function Load({ chats, capacity }: { chats: number; capacity: number }) {
  const words = copy.board.load(chats, capacity);
  return (
    <span className="load" role="img" aria-label={words} title={words}>
      {capacity <= MOST_BOXES ? (
        Array.from({ length: Math.max(capacity, chats) }, (_, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: boxes are nothing but their place
          <i key={at} className={at < chats ? "load-full" : undefined} />
        ))
      ) : (
        <span className="load-bar">
          <span style={{ width: `${Math.min(100, (100 * chats) / capacity)}%` }} />
        </span>
      )}
    </span>
  );
}
