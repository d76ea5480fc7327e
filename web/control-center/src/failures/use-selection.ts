import { useToast } from "@curhat/kit";
import { useCallback, useState } from "react";
import { copy } from "../copy";
import type { Failure } from "../shapes";

/** As many as the service takes in one call. */
const MOST = 200;

/** The failures that are to be decided together; they stay selected from page to page. */
export function useSelection() {
  const [selected, setSelected] = useState<ReadonlyMap<string, Failure>>(new Map());
  const toast = useToast();

  const set = useCallback(
    (failures: readonly Failure[], on: boolean) => {
      const next = new Map(selected);
      for (const one of failures) {
        if (on) next.set(one.id, one);
        else next.delete(one.id);
      }
      if (next.size > MOST) toast({ text: copy.failures.mostSelected(MOST), tone: "danger" });
      else setSelected(next);
    },
    [selected, toast],
  );

  return {
    failures: [...selected.values()],
    ids: new Set(selected.keys()),
    set,
    clear: () => setSelected(new Map()),
  };
}
