import { useToast } from "@curhat/kit";
import { useCallback } from "react";
import { copy } from "../copy";
import { refresh } from "../live/live";
import { api, queries } from "../service";
import type { Setting } from "../shapes";

/** Changes a setting unless its version is newer than the one shown. */
export function useChange() {
  const toast = useToast();
  return useCallback(
    async (key: string, value: string, version: number): Promise<Setting> => {
      const saved = await api.patch("/internal/config/{key}", { path: { key }, body: { value, version } });
      queries.setQueryData<{ rows: Setting[] }>(
        ["settings", "list"],
        (list) => list && { ...list, rows: list.rows.map((one) => (one.key === key ? saved : one)) },
      );
      refresh("settings");
      toast({ text: copy.settings.saved(saved.label) });
      return saved;
    },
    [toast],
  );
}
