import { useQuery } from "@tanstack/react-query";
import { api } from "./service";

const POLL_MS = 5_000;
const NOBODY = { available: false, count: 0 };

/** Whether a mitra is available, polled every five seconds while the page is visible; not available after an error. */
export function useAvailability(): { available: boolean; count: number } {
  const { data, isSuccess } = useQuery({
    queryKey: ["availability"],
    queryFn: () => api.get("/api/client/mitra-availability"),
    refetchInterval: POLL_MS,
    refetchIntervalInBackground: false,
    refetchOnWindowFocus: "always",
    // Fresh enough for home to reuse what was loaded ahead; dropped when home is left.
    staleTime: POLL_MS,
    gcTime: 0,
    retry: false,
  });
  return isSuccess ? data : NOBODY;
}
