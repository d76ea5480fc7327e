import { useState } from "react";
import type { Action, Failure } from "../shapes";
import type { Filter } from "./filter";
import { useFailures, useSteadyRows } from "./use-failures";
import { useHeld } from "./use-held";
import { useSelection } from "./use-selection";

/** A page of failures. Rows do not move while one is held, selected or being decided. */
export function useWorklist(filter: Filter, of: string) {
  const list = useFailures(filter);
  const selection = useSelection();
  const [deciding, setDeciding] = useState<{ action: Action; failures: Failure[] } | null>(null);
  const hand = useHeld();
  const held = hand.held || selection.ids.size > 0 || deciding !== null;
  const steady = useSteadyRows(list.data, held, of);
  // The first decided row gets the focus a frame after the dialog has closed; until then it must not go. A row of
  // another page gets none, so it would hold this page for ever.
  const decide = (next: typeof deciding) => {
    const first = deciding?.failures[0]?.id;
    if (next === null && steady.rows.some(({ id }) => id === first)) hand.hold();
    setDeciding(next);
  };
  const showFresh = () => {
    selection.clear();
    hand.release();
  };
  return {
    list,
    ...steady,
    showFresh,
    selection,
    deciding,
    setDeciding: decide,
    held: hand.props,
  };
}

export type Worklist = ReturnType<typeof useWorklist>;
