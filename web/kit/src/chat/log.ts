import { last } from "../format/last";
import type { Message } from "../socket/events";

/** The messages of a chat by `seq`, and up to where nothing is missing. Immutable: every change is a new one. */
export class Log {
  static readonly empty = new Log([], 0);

  private constructor(
    /** In order of `seq`; with a gap only while what is missing is being asked for. */
    readonly messages: readonly Message[],
    /** Everything up to this `seq` that still exists is here. */
    readonly complete: number,
  ) {}

  /** With these messages too; what is known already changes nothing. */
  with(more: readonly Message[]): Log {
    const known = new Set(this.messages.map(({ seq }) => seq));
    const fresh = more.filter(({ seq }) => !known.has(seq) && known.add(seq));
    if (fresh.length === 0) return this;
    return new Log(
      [...this.messages, ...fresh].sort((one, other) => one.seq - other.seq),
      this.complete,
    ).upTo(this.complete);
  }

  /** Nothing is missing up to this `seq`: the service has been asked. Old messages may be gone from it. */
  upTo(seq: number): Log {
    let complete = Math.max(this.complete, seq);
    for (const message of this.messages) if (message.seq === complete + 1) complete = message.seq;
    return complete === this.complete ? this : new Log(this.messages, complete);
  }

  /** Whether something at this `seq` or before it has not come. */
  lacks(seq: number): boolean {
    return seq > this.complete;
  }

  get lastSeq(): number {
    return last(this.messages)?.seq ?? 0;
  }
}
