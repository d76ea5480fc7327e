import { queryOptions } from "@tanstack/react-query";
import { api } from "./service";

/** The tiers to choose from, for a first chat or for more minutes; asked anew each time a screen needs them. */
export function pricing(extension: boolean) {
  return queryOptions({
    queryKey: ["pricing", extension],
    queryFn: ({ signal }) => api.get("/api/client/pricing", { query: { extension }, signal }),
    staleTime: 0,
  });
}
