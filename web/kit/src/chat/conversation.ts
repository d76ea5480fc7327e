import type { KeyStore } from "../api/keys";
import { lastWhere } from "../format/last";
import { uuid } from "../format/uuid";
import { stored } from "../session/storage";
import type { Chat, ChatFrame, Message, Role, Said } from "../socket/events";
import { Log } from "./log";
import { Outbox, type Unsent } from "./outbox";

/** What a conversation needs from its app. */
export interface Surroundings {
  me: Role;
  send: (frame: Said) => boolean;
  /** The messages after a `seq`, oldest first, a page of them. */
  fetch: (chatId: string, afterSeq: number) => Promise<{ rows: Message[]; next: number | null }>;
  now: () => number;
  /** The place of a value in the person's storage. */
  place: (name: string) => string;
}

/** A chat as it is shown. */
export interface View {
  messages: readonly Message[];
  unsent: readonly Unsent[];
  /** The other person has read up to this `seq`. */
  readByThem: number;
  typing: boolean;
  /** Whether the older messages are here. `failed`: the fetch failed and is retried. */
  history: "loading" | "ready" | "failed";
}

const TYPING_SHOWN_MS = 5_000;
const TYPING_SAID_MS = 3_000;
const RETRY_MS = 3_000;
/** Slugs after which the same message may be sent again. */
const PASSING = new Set(["busy", "unavailable", "unknown_outcome", "response_timeout", "internal_error"]);

/** One chat as one of its two people sees it.
 *
 * It guarantees every message once and in order: duplicates are dropped, a gap in `seq` is fetched. An unsent message
 * survives reloads and is retried under the same `client_message_id`, one message at a time so that none overtakes.
 */
export class Conversation {
  private log = Log.empty;
  private readonly outbox: Outbox;
  private underway: string | null = null;
  private readByMe = 0;
  private readByThem = 0;
  private saidRead = 0;
  private lastSeq = 0;
  private typing = false;
  private saidTypingAt = Number.NEGATIVE_INFINITY;
  private typingTimer: ReturnType<typeof setTimeout> | undefined;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private history: View["history"] = "loading";
  private fetching: Promise<void> | null = null;
  private view: View | null = null;
  private readonly listeners = new Set<() => void>();

  constructor(
    readonly id: string,
    private readonly around: Surroundings,
    store: KeyStore = stored,
  ) {
    this.outbox = new Outbox(store, around.place(`unsent.${id}`));
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly get = (): View => {
    this.view ??= {
      messages: this.log.messages,
      unsent: this.outbox.read(),
      readByThem: this.readByThem,
      typing: this.typing,
      history: this.history,
    };
    return this.view;
  };

  /** Takes over a chat from a snapshot or from REST. */
  know(chat: Pick<Chat, "last_seq" | "customer_read_seq" | "mitra_read_seq">): void {
    const { me } = this.around;
    const [mine, theirs] =
      me === "customer"
        ? [chat.customer_read_seq, chat.mitra_read_seq]
        : [chat.mitra_read_seq, chat.customer_read_seq];
    this.readByMe = Math.max(this.readByMe, mine);
    this.readByThem = Math.max(this.readByThem, theirs);
    this.lastSeq = Math.max(this.lastSeq, chat.last_seq);
    this.saidRead = this.readByMe;
    this.changed();
    void this.complete();
  }

  /** Connected again: a message that was under way is sent again. */
  connected(): void {
    this.underway = null;
    this.flush();
  }

  take(frame: ChatFrame): void {
    switch (frame.type) {
      case "CHAT_MESSAGE":
        this.add([frame]);
        if (frame.sender !== this.around.me) this.hearTyping(false);
        break;
      case "CHAT_READ":
        if (frame.reader === this.around.me) this.readByMe = Math.max(this.readByMe, frame.seq);
        else this.readByThem = Math.max(this.readByThem, frame.seq);
        this.changed();
        break;
      case "CHAT_TYPING":
        if (frame.sender !== this.around.me) this.hearTyping(true);
        break;
      case "ack":
        this.acknowledge(frame.client_message_id, frame.seq, frame.sent_at);
        break;
      case "error":
        this.refused(frame.client_message_id, frame.error);
        break;
      case "CHAT_ENDED":
        this.hearTyping(false);
        this.lastSeq = Math.max(this.lastSeq, frame.last_seq);
        void this.complete();
        break;
    }
  }

  /** Another tab has changed this place in the storage. */
  stored(place: string | null): void {
    if (!this.outbox.isAt(place)) return;
    this.changed();
    this.flush();
  }

  say(text: string): void {
    // A keyboard may leave half a surrogate pair: the service would close the socket at each attempt.
    const body = text.replace(/\p{Surrogate}/gu, "\ufffd");
    this.outbox.add({ client_message_id: uuid(), body, at: this.around.now() });
    // The message ends the typing indicator: the next key is announced at once.
    this.saidTypingAt = Number.NEGATIVE_INFINITY;
    this.changed();
    this.flush();
  }

  /** Drop a refused message. */
  forget(clientMessageId: string): void {
    this.outbox.remove(new Set([clientMessageId]));
    this.changed();
  }

  /** The person types; throttled. */
  typed(): void {
    const now = performance.now();
    if (now - this.saidTypingAt < TYPING_SAID_MS) return;
    if (this.around.send({ type: "typing", chat_session_id: this.id })) this.saidTypingAt = now;
  }

  /** The person has seen the newest message. */
  sawAll(): void {
    const seq = lastWhere(this.log.messages, ({ sender }) => sender !== this.around.me)?.seq ?? 0;
    if (seq <= Math.max(this.readByMe, this.saidRead)) return;
    if (this.around.send({ type: "read", chat_session_id: this.id, seq })) this.saidRead = seq;
  }

  /** The number of unread messages. */
  get unread(): number {
    return this.log.messages.filter(({ seq, sender }) => seq > this.readByMe && sender !== this.around.me)
      .length;
  }

  /** Fetch what is missing. */
  complete(): Promise<void> {
    this.fetching ??= this.fetchMissing().finally(() => {
      this.fetching = null;
      if (this.history === "ready" && this.log.lacks(this.lastSeq)) void this.complete();
    });
    return this.fetching;
  }

  private async fetchMissing(): Promise<void> {
    clearTimeout(this.retryTimer);
    const wanted = this.lastSeq;
    try {
      let after: number | null = this.log.complete;
      while (after !== null && this.log.lacks(wanted)) {
        const page: { rows: Message[]; next: number | null } = await this.around.fetch(this.id, after);
        after = page.next;
        this.log = this.log.with(page.rows).upTo(after ?? wanted);
        this.confirmed(page.rows);
      }
      this.history = "ready";
    } catch {
      if (this.history !== "ready") this.history = "failed";
      this.retryTimer = setTimeout(() => void this.complete(), RETRY_MS);
    }
    this.changed();
  }

  private add(messages: readonly Message[]): void {
    this.log = this.log.with(messages);
    this.lastSeq = Math.max(this.lastSeq, this.log.lastSeq);
    this.confirmed(messages);
    this.changed();
    if (this.history === "ready" && this.log.lacks(this.lastSeq)) void this.complete();
  }

  private acknowledge(clientMessageId: string, seq: number, sentAt: string): void {
    const unsent = this.outbox.read().find((one) => one.client_message_id === clientMessageId);
    if (unsent === undefined) {
      this.confirm(new Set([clientMessageId])); // another tab was first
      return;
    }
    this.add([
      {
        chat_session_id: this.id,
        seq,
        sender: this.around.me,
        client_message_id: clientMessageId,
        body: unsent.body,
        sent_at: sentAt,
      },
    ]);
  }

  private confirmed(messages: readonly Message[]): void {
    const mine = messages.filter(({ sender }) => sender === this.around.me);
    this.confirm(new Set(mine.map(({ client_message_id }) => client_message_id)));
  }

  private confirm(ids: ReadonlySet<string>): void {
    if (ids.size > 0) this.outbox.remove(ids);
    if (this.underway !== null && ids.has(this.underway)) {
      this.underway = null;
      this.flush();
    }
  }

  private refused(clientMessageId: string | undefined, slug: string): void {
    if (clientMessageId === undefined || clientMessageId !== this.underway) return;
    if (PASSING.has(slug)) {
      setTimeout(() => this.again(clientMessageId), RETRY_MS);
    } else {
      this.outbox.refuse(clientMessageId, slug);
      this.underway = null;
      this.changed();
      this.flush();
    }
  }

  /** Send the oldest unsent message unless one is under way. */
  private flush(): void {
    if (this.underway !== null) return;
    const next = this.outbox.read().find(({ refused }) => refused === undefined);
    if (next === undefined) return;
    const { client_message_id, body } = next;
    if (this.around.send({ type: "message", chat_session_id: this.id, client_message_id, body })) {
      this.underway = client_message_id;
    }
  }

  private again(clientMessageId: string): void {
    if (this.underway !== clientMessageId) return;
    this.underway = null;
    this.flush();
  }

  private hearTyping(typing: boolean): void {
    clearTimeout(this.typingTimer);
    if (typing) this.typingTimer = setTimeout(() => this.hearTyping(false), TYPING_SHOWN_MS);
    if (typing === this.typing) return;
    this.typing = typing;
    this.changed();
  }

  private changed(): void {
    this.view = null;
    for (const listener of [...this.listeners]) listener();
  }
}
