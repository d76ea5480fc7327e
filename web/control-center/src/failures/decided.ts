import type { Action, EventFrame, Failure } from "../shapes";

type Decision = Pick<
  Failure,
  "operator_action" | "action_note" | "actioned_by" | "actioned_at" | "needs_action"
>;

const MOST = 2_000;

/** Decisions made while a list is open, by anybody; held rows show them at once. */
class DecidedFailures {
  private readonly known = new Map<string, Decision>();
  private readonly listeners = new Set<() => void>();
  private count = 0;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Changes with every decision. */
  readonly version = (): number => this.count;

  add({ id, operator_action, action_note, actioned_by, actioned_at, needs_action }: Failure): void {
    this.set(id, { operator_action, action_note, actioned_by, actioned_at, needs_action });
  }

  hear({ at, actor, body }: EventFrame): void {
    this.set(String(body["failure_id"]), {
      operator_action: body["action"] as Action,
      action_note: (body["note"] as string | null | undefined) ?? null,
      actioned_by: actor.replace(/^operator:/, ""),
      actioned_at: at,
      needs_action: false,
    });
  }

  /** The row with its decision. */
  apply(failure: Failure): Failure {
    const decision = this.known.get(failure.id);
    return decision && failure.operator_action === null ? { ...failure, ...decision } : failure;
  }

  private set(id: string, decision: Decision): void {
    this.known.set(id, decision);
    if (this.known.size > MOST) this.known.delete(this.known.keys().next().value as string);
    this.count += 1;
    for (const listener of [...this.listeners]) listener();
  }
}

export const decided = new DecidedFailures();
