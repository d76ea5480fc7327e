import { queryOptions } from "@tanstack/react-query";
import { api } from "./service";

/** The tiers for a chat or an extension; fetched again by each screen. */
export function pricing(extension: boolean) {
  return queryOptions({
    queryKey: ["pricing", extension],
    queryFn: ({ signal }) => api.get("/api/client/pricing", { query: { extension }, signal }),
    staleTime: 0,
  });
}
