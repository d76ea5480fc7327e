import { useCallback, useSyncExternalStore } from "react";
import { stored } from "../session/storage";

const listeners = new Set<() => void>();

/** A value in localStorage, shared by all tabs, and how to change it (null removes it). */
export function useStored(place: string): [string | null, (value: string | null) => void] {
  const value = useSyncExternalStore(subscribe, () => stored.getItem(place));
  const change = useCallback(
    (next: string | null) => {
      if (next === null) stored.removeItem(place);
      else stored.setItem(place, next);
      for (const listener of [...listeners]) listener();
    },
    [place],
  );
  return [value, change];
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  addEventListener("storage", listener);
  return () => {
    listeners.delete(listener);
    removeEventListener("storage", listener);
  };
}
