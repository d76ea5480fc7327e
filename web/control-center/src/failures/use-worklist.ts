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
  // The focus comes back from the dialog a moment later; until then the decided row must not go.
  const decide = (next: typeof deciding) => {
    if (next === null) hand.hold();
    setDeciding(next);
  };
  const showFresh = () => {
    selection.clear();
    hand.release();
  };
  return {
    list,
    ...useSteadyRows(list.data, held, of),
    showFresh,
    selection,
    deciding,
    setDeciding: decide,
    held: hand.props,
  };
}

export type Worklist = ReturnType<typeof useWorklist>;
