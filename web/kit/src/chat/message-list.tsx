import { Fragment, memo, type ReactNode, type UIEvent, useLayoutEffect, useRef, useState } from "react";
import { useServerClock } from "../clock/countdown";
import { both } from "../copy";
import { dayName, timeOfDay } from "../format/time";
import type { Message, Role } from "../socket/events";
import { classNames } from "../ui/class-names";
import { useFillsScreen } from "../ui/fills-screen";
import { CheckIcon, ClockIcon, DownIcon, ReadIcon, WarningIcon } from "../ui/icons";
import "./message-list.css";
import { last } from "../format/last";
import type { View } from "./conversation";

const copy = both.messages;

/** Pixels from the end that still count as the end. */
const AT_END = 80;

/** The messages of a chat, and at its end those that are not sent yet. */
export function MessageList({
  view,
  me,
  them,
  empty,
  onAtEnd,
  onDiscard,
}: {
  view: View;
  me: Role;
  /** The other person's name. */
  them: string;
  /** Instead of messages when there are none. */
  empty?: ReactNode;
  /** Whether the newest message is visible. */
  onAtEnd: (atEnd: boolean) => void;
  onDiscard: (clientMessageId: string) => void;
}) {
  useFillsScreen();
  const { list, away, onScroll, toEnd } = useFollowing(view, onAtEnd);
  const { messages, unsent, typing, history } = view;
  return (
    <div className="messages">
      <div
        ref={list}
        className="messages-scroll"
        role="log"
        aria-label={copy.log}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls can be scrolled by keyboard
        tabIndex={0}
        onScroll={onScroll}
      >
        {history === "loading" && messages.length === 0 && <p className="messages-note">{copy.loading}</p>}
        {history === "failed" && <p className="messages-note">{copy.failed}</p>}
        {history === "ready" && messages.length === 0 && unsent.length === 0 && empty}
        <Sent view={view} me={me} them={them} />
        <Unsent view={view} me={me} onDiscard={onDiscard} />
        {typing && <Typing />}
      </div>
      {away && (
        <button
          type="button"
          className="messages-newest"
          aria-label={copy.newest}
          title={copy.newest}
          onClick={toEnd}
        >
          <DownIcon />
        </button>
      )}
    </div>
  );
}

/** Keeps the newest message visible unless the person has scrolled up (`away`). */
function useFollowing({ messages, unsent, typing }: View, onAtEnd: (atEnd: boolean) => void) {
  const list = useRef<HTMLDivElement>(null);
  const [away, setAway] = useState(false);
  const following = useRef(true);
  const height = useRef(0);
  const wroteAt = useRef(0);

  // biome-ignore lint/correctness/useExhaustiveDependencies: whatever is added is followed
  useLayoutEffect(() => {
    const element = list.current;
    const { at } = last(unsent) ?? { at: 0 };
    if (at > wroteAt.current) following.current = true; // writing brings one back to the end
    wroteAt.current = Math.max(wroteAt.current, at);
    if (element && following.current) element.scrollTop = element.scrollHeight;
  }, [messages, unsent, typing]);

  // A keyboard makes the list smaller: the newest message stays visible.
  useLayoutEffect(() => {
    const element = list.current;
    if (!element) return;
    const observer = new ResizeObserver(() => {
      height.current = element.clientHeight;
      if (following.current) element.scrollTop = element.scrollHeight;
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  return {
    list,
    away,
    onScroll: ({ currentTarget: { scrollHeight, scrollTop, clientHeight } }: UIEvent) => {
      if (clientHeight !== height.current) return; // a change of size moved it: the observer handles that
      following.current = scrollHeight - scrollTop - clientHeight < AT_END;
      setAway(!following.current);
      onAtEnd(following.current);
    },
    toEnd: () => list.current?.scrollTo({ top: list.current.scrollHeight, behavior: "smooth" }),
  };
}

/** The messages that the service has, day by day. */
function Sent({ view: { messages, readByThem }, me, them }: { view: View; me: Role; them: string }) {
  const clock = useServerClock();
  return messages.map((message, at) => {
    const before = messages[at - 1];
    const newDay = !isSameDay(before, message);
    return (
      <Fragment key={message.seq}>
        {newDay && <p className="messages-day">{dayName(message.sent_at, clock.now())}</p>}
        <Bubble
          mine={message.sender === me}
          who={message.sender === me ? copy.me : them}
          body={message.body}
          at={message.sent_at}
          follows={!newDay && before?.sender === message.sender}
          state={message.sender === me ? (message.seq <= readByThem ? "read" : "sent") : null}
        />
      </Fragment>
    );
  });
}

/** What waits to be sent, and what was refused. */
function Unsent({
  view: { messages, unsent },
  me,
  onDiscard,
}: {
  view: View;
  me: Role;
  onDiscard: (clientMessageId: string) => void;
}) {
  return unsent.map(({ client_message_id, body, at, refused }, index) => (
    <Bubble
      key={client_message_id}
      mine
      who={copy.me}
      body={body}
      at={at}
      follows={index > 0 || last(messages)?.sender === me}
      state={refused ? "refused" : "sending"}
      {...(refused && { onDiscard: () => onDiscard(client_message_id) })}
    />
  ));
}

const Typing = () => (
  <div className="bubble bubble-theirs bubble-typing" aria-hidden="true">
    <i />
    <i />
    <i />
  </div>
);

type State = "sending" | "sent" | "read" | "refused" | null;

const Bubble = memo(function Bubble({
  mine,
  who,
  body,
  at,
  follows,
  state,
  onDiscard,
}: {
  mine: boolean;
  who: string;
  body: string;
  /** When it was sent. Formatted here, so that a memoized bubble formats it once. */
  at: string | number;
  follows: boolean;
  state: State;
  onDiscard?: () => void;
}) {
  return (
    <div
      className={classNames(
        "bubble",
        mine ? "bubble-mine" : "bubble-theirs",
        follows && "bubble-follows",
        state === "refused" && "bubble-refused",
      )}
    >
      <p className="bubble-text">
        <span className="visually-hidden">{who}: </span>
        <bdi>{body}</bdi>
      </p>
      <p className="bubble-foot">
        <time>{timeOfDay(at)}</time>
        <Mark state={state} />
      </p>
      {onDiscard && (
        <button type="button" className="bubble-discard" onClick={onDiscard}>
          {copy.discard}
        </button>
      )}
    </div>
  );
});

function Mark({ state }: { state: State }) {
  if (state === null) return null;
  const [Icon, text] = {
    sending: [ClockIcon, copy.sending],
    sent: [CheckIcon, copy.sent],
    read: [ReadIcon, copy.read],
    refused: [WarningIcon, copy.refused],
  }[state] as [typeof ClockIcon, string];
  return (
    <span className={`bubble-mark bubble-mark-${state}`}>
      <Icon width={16} height={16} />
      <span className={state === "refused" ? undefined : "visually-hidden"}>{text}</span>
    </span>
  );
}

function isSameDay(before: Message | undefined, message: Message): boolean {
  return (
    before !== undefined &&
    new Date(before.sent_at).toDateString() === new Date(message.sent_at).toDateString()
  );
}
