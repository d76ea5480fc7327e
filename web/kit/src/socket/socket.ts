import type { ServerClock } from "../clock/server-clock";
import type { Session } from "../session/session";
import { afterClose, backoff, Close } from "./closing";
import { Seen } from "./seen";

/** `connecting` until the first snapshot, then `open` or `lost`. */
export type Link = "connecting" | "open" | "lost";

/** A frame from the service. Stored events have an id. */
export interface Frame {
  type: string;
  id?: number | null;
}

const SUBPROTOCOL = "curhat.v1";
const PING_MS = 20_000;
const PONG_MS = 8_000;
/** After the page becomes visible or the network is back: the person is waiting. */
const PROMPT_PONG_MS = 3_000;
const CONNECT_MS = 10_000;

/** The socket of the signed-in person, which reconnects until it is stopped.
 *
 * It guarantees that a snapshot comes first after every interruption, that an event is handed on once, and that a dead
 * connection is detected.
 */
export class Socket<In extends Frame, Out extends { type: string }> {
  link: Link = "connecting";
  private socket: WebSocket | null = null;
  private wanted = false;
  private token: string | null = null;
  /** The token of the last refresh; if it is refused too, the session ends. */
  private renewed: string | null = null;
  private failures = 0;
  private attempt = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private heartbeat: ReturnType<typeof setTimeout> | undefined;
  private pingedAt: number | null = null;
  private readonly seen = new Seen();

  constructor(
    private readonly path: string,
    private readonly session: Session,
    private readonly clock: ServerClock,
    private readonly on: { frame: (frame: In) => void; link: (link: Link) => void },
  ) {}

  start(): void {
    if (this.wanted) return;
    this.wanted = true;
    addEventListener("online", this.look);
    addEventListener("offline", this.lookOffline);
    addEventListener("pageshow", this.look);
    document.addEventListener("visibilitychange", this.look);
    void this.connect();
  }

  stop(): void {
    this.wanted = false;
    removeEventListener("online", this.look);
    removeEventListener("offline", this.lookOffline);
    removeEventListener("pageshow", this.look);
    document.removeEventListener("visibilitychange", this.look);
    this.drop();
  }

  /** Send a frame; false when there is no connection to send it over. */
  send(frame: Out | { type: "ping" }): boolean {
    if (this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  private async connect(): Promise<void> {
    this.drop();
    const attempt = this.attempt;
    try {
      this.token = await this.session.token();
    } catch {
      if (attempt === this.attempt) this.retry(0);
      return;
    }
    if (attempt !== this.attempt || this.token === null || !this.wanted) return;
    const socket = new WebSocket(address(this.path), [SUBPROTOCOL, `bearer.${this.token}`]);
    this.socket = socket;
    this.timer = setTimeout(() => this.lose(), CONNECT_MS);
    socket.onmessage = ({ data }) => socket === this.socket && this.take(String(data));
    socket.onclose = ({ code }) => socket === this.socket && this.closed(code);
  }

  /** Drop the connection and all timers. */
  private drop(): void {
    this.attempt += 1;
    clearTimeout(this.timer);
    clearTimeout(this.heartbeat);
    this.pingedAt = null;
    const { socket } = this;
    this.socket = null;
    if (socket !== null) {
      socket.onmessage = null;
      socket.onclose = null;
      socket.close();
    }
  }

  private take(text: string): void {
    const frame = JSON.parse(text) as In & { server_time?: string };
    this.watch();
    switch (frame.type) {
      case "pong":
        if (frame.server_time) this.clock.read(frame.server_time, performance.now() - (this.pingedAt ?? NaN));
        this.pingedAt = null;
        return;
      case "snapshot":
        if (frame.server_time) this.clock.read(frame.server_time);
        this.opened();
        break;
    }
    if (typeof frame.id === "number" && !this.seen.add(frame.id)) return;
    this.on.frame(frame);
  }

  private opened(): void {
    clearTimeout(this.timer);
    this.renewed = null;
    if (this.link !== "open") this.ask(PONG_MS);
    this.tell("open");
    // A connection that is lost at once does not reset the backoff.
    this.timer = setTimeout(() => {
      this.failures = 0;
    }, 5_000);
  }

  private closed(code: number): void {
    const next = afterClose(code);
    if (code === Close.badFrame) console.error("The service did not understand a frame of ours.");
    switch (next.kind) {
      case "sign-out":
        this.drop();
        this.session.end("forbidden");
        break;
      case "renew":
        void this.renew();
        break;
      case "reconnect":
        this.retry(next.least);
        break;
    }
  }

  private async renew(): Promise<void> {
    this.drop();
    const { attempt, token } = this;
    if (token === null || token === this.renewed) {
      this.session.end("expired");
      return;
    }
    try {
      this.renewed = await this.session.renew(token);
    } catch {
      if (attempt === this.attempt) this.retry(0);
      return;
    }
    if (attempt === this.attempt && this.wanted) await this.connect();
  }

  private lose(): void {
    this.retry(0);
  }

  private retry(least: number): void {
    this.drop();
    if (!this.wanted) return;
    this.tell("lost");
    this.timer = setTimeout(() => void this.connect(), least + backoff(this.failures));
    this.failures += 1;
  }

  /** Ping after a while without a frame. */
  private watch(): void {
    clearTimeout(this.heartbeat);
    this.heartbeat = setTimeout(() => this.ask(PONG_MS), PING_MS);
  }

  private ask(patience: number): void {
    clearTimeout(this.heartbeat);
    this.pingedAt = performance.now();
    this.send({ type: "ping" });
    this.heartbeat = setTimeout(() => this.lose(), patience);
  }

  private readonly look = (): void => {
    if (!this.wanted || document.visibilityState === "hidden") return;
    if (this.socket === null) {
      void this.connect();
    } else if (this.link === "open") {
      this.ask(PROMPT_PONG_MS);
    }
  };

  private readonly lookOffline = (): void => {
    if (this.wanted && this.link === "open") this.ask(PROMPT_PONG_MS);
  };

  private tell(link: Link): void {
    if (link === this.link) return;
    this.link = link;
    this.on.link(link);
  }
}

function address(path: string): string {
  return `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}${path}`;
}
