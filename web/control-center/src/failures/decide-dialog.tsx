import { Button, Dialog, DialogActions, money, useServerClock, useToast } from "@curhat/kit";
import { useState } from "react";
import { copy } from "../copy";
import { live, refresh } from "../live/live";
import { api, queries } from "../service";
import type { Action, Decided, Decisions, Failure } from "../shapes";
import { Table } from "../table/table";
import type { Times } from "../time/times";
import { useTimes } from "../time/use-times";
import { NoteDialog } from "../ui/note-dialog";
import { factsOf, sentenceOf } from "../words";
import { decided } from "./decided";
import "./decide-dialog.css";

type Settled = Required<Pick<Decided, "operator_action" | "actioned_by" | "actioned_at">>;

/** Decides on the money of one failure or of many; shows each refusal. */
export function DecideDialog({
  action,
  failures,
  onClose,
  onDone,
}: {
  action: Action;
  failures: readonly Failure[];
  onClose: () => void;
  onDone?: () => void;
}) {
  const [results, setResults] = useState<Decisions | null>(null);
  const toast = useToast();
  const times = useTimes();
  const clock = useServerClock();
  const words = copy.failures.decide;
  const [first] = failures;
  const amount = money(failures.reduce((sum, one) => sum + one.amount, 0));

  async function decide(note: string) {
    const body = { action, note: note || null };
    if (failures.length === 1 && first) {
      await decideOne(first, body);
      toast({ text: words.done(copy.actioned[action]) });
      onDone?.();
      onClose();
    } else {
      const all = await decideMany(failures, body);
      onDone?.();
      setResults(all);
    }
  }

  if (results !== null) return <Results results={results} failures={failures} onClose={onClose} />;
  return (
    <NoteDialog
      title={words.title(copy.actions[action])}
      label={words.note}
      hint={words.noteHint}
      confirm={copy.actions[action]}
      sentence={(error) => sentenceOfRefusal(error, times, clock.now())}
      onConfirm={decide}
      onClose={onClose}
    >
      <p>
        {failures.length === 1 && first
          ? words.one(first.customer_name, money(first.amount))
          : words.many(failures.length, amount)}
        . {copy.actionMeans[action]}
      </p>
    </NoteDialog>
  );
}

interface Verdict {
  action: Action;
  note: string | null;
}

async function decideOne(failure: Failure, body: Verdict): Promise<void> {
  try {
    const path = { failure_id: failure.id };
    keep(await api.post("/internal/failed-pairings/{failure_id}/action", { path, body }));
  } catch (error) {
    refresh("failures");
    void queries.invalidateQueries({ queryKey: ["payment", failure.payment_session_id] });
    throw error;
  }
}

async function decideMany(failures: readonly Failure[], body: Verdict): Promise<Decisions> {
  const ids = failures.map(({ id }) => id);
  const all = await api.post("/internal/failed-pairings/actions", { body: { ...body, ids } });
  for (const { failure } of all.results) if (failure) keep(failure);
  return all;
}

function keep(failure: Failure): void {
  decided.add(failure);
  refresh("failures");
  void queries.invalidateQueries({ queryKey: ["payment", failure.payment_session_id] });
  void queries.invalidateQueries({ queryKey: ["now"] });
}

function sentenceOfRefusal(error: unknown, times: Times, now: number): string {
  const settled = factsOf<Settled>(error, "failure_already_actioned");
  return settled === null ? sentenceOf(error) : whoWasFirst(settled, times, now);
}

function whoWasFirst(
  { actioned_by, operator_action, actioned_at }: Settled,
  times: Times,
  now: number,
): string {
  const when = `${times.moment(actioned_at, now)} ${times.name}`;
  return copy.alreadyActioned(actioned_by, copy.actioned[operator_action], when);
}

function Results({
  results,
  failures,
  onClose,
}: {
  results: Decisions;
  failures: readonly Failure[];
  onClose: () => void;
}) {
  const times = useTimes();
  const clock = useServerClock();
  const words = copy.failures.decide;
  const known = new Map(failures.map((one) => [one.id, one]));
  const sorted = [...results.results].sort((one, other) => Number(one.ok) - Number(other.ok));

  const outcome = (one: Decided) => {
    if (one.ok) return <span className="outcome-ok">{words.ok}</span>;
    const { operator_action, actioned_by, actioned_at, error = "" } = one;
    const sentence =
      operator_action && actioned_by && actioned_at
        ? whoWasFirst({ operator_action, actioned_by, actioned_at }, times, clock.now())
        : (copy.errors[error] ?? one.message ?? error);
    return <span className="outcome-refused">{sentence}</span>;
  };

  return (
    <Dialog title={words.results(results.done, results.refused)} onClose={onClose} className="results-dialog">
      <div className="results">
        <Table
          plain
          caption={words.resultsTitle}
          rows={sorted}
          rowKey={({ id }) => id}
          columns={[
            { key: "who", head: words.who, cell: ({ id }) => known.get(id)?.customer_name ?? id },
            {
              key: "amount",
              head: copy.failures.columns.amount,
              number: true,
              cell: ({ id }) => money(known.get(id)?.amount ?? 0),
            },
            { key: "outcome", head: words.outcome, cell: outcome },
          ]}
        />
      </div>
      <DialogActions>
        <Button onClick={onClose}>{copy.close}</Button>
      </DialogActions>
    </Dialog>
  );
}

live.hear((frame) => {
  if (frame.type === "PAIRING_FAILURE_ACTIONED" && "entity" in frame) decided.hear(frame);
});
