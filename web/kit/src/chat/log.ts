import { last } from "../format/last";
import type { Message } from "../socket/events";

/** The messages of a chat by `seq`, and up to which none is missing. Immutable. */
export class Log {
  static readonly empty = new Log([], 0);

  private constructor(
    /** In order of `seq`; has a gap only while the missing ones are fetched. */
    readonly messages: readonly Message[],
    /** No message up to this `seq` is missing, except deleted ones. */
    readonly complete: number,
  ) {}

  /** With these messages added; known ones change nothing. */
  with(more: readonly Message[]): Log {
    const known = new Set(this.messages.map(({ seq }) => seq));
    const fresh = more.filter(({ seq }) => !known.has(seq) && known.add(seq));
    if (fresh.length === 0) return this;
    return new Log(
      [...this.messages, ...fresh].sort((one, other) => one.seq - other.seq),
      this.complete,
    ).upTo(this.complete);
  }

  /** Complete up to this `seq` by the service's answer, which may lack deleted messages. */
  upTo(seq: number): Log {
    let complete = Math.max(this.complete, seq);
    for (const message of this.messages) if (message.seq === complete + 1) complete = message.seq;
    return complete === this.complete ? this : new Log(this.messages, complete);
  }

  /** Whether a message up to this `seq` is missing. */
  lacks(seq: number): boolean {
    return seq > this.complete;
  }

  get lastSeq(): number {
    return last(this.messages)?.seq ?? 0;
  }
}
