import { useSyncExternalStore } from "react";
import type { ServerClock } from "../clock/server-clock";
import type { Session } from "../session/session";
import { type Frame, type Link, Socket } from "../socket/socket";

/** How an app's state follows from frames: a snapshot replaces it, an event changes it. */
export interface Model<State, In extends Frame> {
  snapshot(frame: In, before: State | null): State;
  /** The same object when nothing changed. */
  event(state: State, frame: In): State;
}

/** The person's state and the state of the connection.
 *
 * Every screen is a function of it. Only frames change it, and replies, which come before their event (`apply`).
 */
export class Live<State, In extends Frame, Out extends { type: string }> {
  /** Counts the snapshots. */
  epoch = 0;
  private current: { state: State | null; link: Link } = { state: null, link: "connecting" };
  private readonly listeners = new Set<() => void>();
  private readonly hearers = new Set<(frame: In) => void>();
  private readonly socket: Socket<In, Out>;

  constructor(
    path: string,
    session: Session,
    clock: ServerClock,
    private readonly model: Model<State, In>,
  ) {
    this.socket = new Socket<In, Out>(path, session, clock, {
      frame: (frame) => this.take(frame),
      link: (link) => this.change({ ...this.current, link }),
    });
  }

  start(): void {
    this.socket.start();
  }

  stop(): void {
    this.socket.stop();
    this.change({ state: null, link: "connecting" });
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly get = (): { state: State | null; link: Link } => this.current;

  /** Called with every frame, after it has changed the state. */
  hear(hearer: (frame: In) => void): () => void {
    this.hearers.add(hearer);
    return () => this.hearers.delete(hearer);
  }

  /** Changes the state by a reply. `epoch`: at the time of the call; after a newer snapshot the reply is ignored. */
  apply(epoch: number, change: (state: State) => State): void {
    const { state } = this.current;
    if (state !== null && epoch === this.epoch) this.change({ ...this.current, state: change(state) });
  }

  /** Send a frame; false when there is no connection. */
  send(frame: Out): boolean {
    return this.socket.send(frame);
  }

  private take(frame: In): void {
    const { state, link } = this.current;
    if (frame.type === "snapshot") {
      this.epoch += 1;
      this.change({ link, state: this.model.snapshot(frame, state) });
    } else if (state !== null) this.change({ link, state: this.model.event(state, frame) });
    for (const hearer of [...this.hearers]) hearer(frame);
  }

  private change(next: { state: State | null; link: Link }): void {
    if (next.state === this.current.state && next.link === this.current.link) return;
    this.current = next;
    for (const listener of [...this.listeners]) listener();
  }
}

export function useLive<State, In extends Frame, Out extends { type: string }>(
  live: Live<State, In, Out>,
): { state: State | null; link: Link } {
  return useSyncExternalStore(live.subscribe, live.get);
}
