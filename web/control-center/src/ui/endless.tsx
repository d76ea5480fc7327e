import { Button } from "@curhat/kit";
import { keepPreviousData, useInfiniteQuery } from "@tanstack/react-query";
import { copy } from "../copy";

/** A list without page numbers: each page begins where the one before it ended.
 *
 * `keep`: another list shows the rows of this one until its own are there.
 */
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

/** Shows the next page too. */
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
