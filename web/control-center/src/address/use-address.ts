import { useCallback, useMemo } from "react";
import { useLocation, useSearch } from "wouter";

/** Parameters to change: null removes one, a list repeats it. */
export type Changes = Record<string, string | number | readonly string[] | null>;

/** The query of the address, which holds the state of every view so that links can be shared. */
export function useAddress() {
  const [path, navigate] = useLocation();
  const search = useSearch();
  const params = useMemo(() => new URLSearchParams(search), [search]);

  const change = useCallback(
    (changes: Changes, options?: { replace?: boolean }) => {
      navigate(address(path, changed(new URLSearchParams(search), changes)), options);
    },
    [navigate, path, search],
  );
  const go = useCallback(
    (to: string, options?: { replace?: boolean }) =>
      navigate(address(to, new URLSearchParams(search)), options),
    [navigate, search],
  );
  /** The same parameters at another path. */
  const at = useCallback((to: string) => address(to, params), [params]);

  return { path, params, change, go, at };
}

/** The parameters with these changes. */
export function changed(params: URLSearchParams, changes: Changes): URLSearchParams {
  const next = new URLSearchParams(params);
  for (const [name, value] of Object.entries(changes)) {
    next.delete(name);
    if (value === null || value === "") continue;
    for (const one of Array.isArray(value) ? value : [value]) next.append(name, String(one));
  }
  return next;
}

/** A whole number from a parameter, within bounds. */
export function wholeNumber(text: string | null, otherwise: number, most = Number.MAX_SAFE_INTEGER): number {
  const number = text !== null && /^\d{1,9}$/.test(text) ? Number(text) : 0;
  return number >= 1 ? Math.min(number, most) : otherwise;
}

function address(path: string, params: URLSearchParams): string {
  const text = params.toString();
  return text === "" ? path : `${path}?${text}`;
}
