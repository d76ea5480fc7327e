import { Button } from "@curhat/kit";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { copy } from "../copy";

/** A list read page after page by a cursor. `keep`: after a change of key the old rows stay until new ones come. */
export function useEndless<Page extends { rows: readonly unknown[]; next: string | null }>(
  queryKey: readonly unknown[],
  fetch: (from: { cursor?: string }, signal: AbortSignal) => Promise<Page>,
  keep = false,
) {
  const list = useInfiniteQuery({
    queryKey,
    queryFn: ({ signal, pageParam }) => fetch(pageParam === null ? {} : { cursor: pageParam }, signal),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
    ...(keep && { placeholderData: keepPreviousData }),
  });
  const rows = list.data?.pages.flatMap((page) => page.rows as Page["rows"][number][]);
  return { list, rows };
}

/** Loads the next page. */
export function More({ of, small = false }: { of: ReturnType<typeof useEndless>["list"]; small?: boolean }) {
  if (!of.hasNextPage) return null;
  return (
    <Button
      kind="quiet"
      {...(small && { size: "small" })}
      busy={of.isFetchingNextPage}
      onClick={() => void of.fetchNextPage()}
    >
      {copy.more}
    </Button>
  );
}
