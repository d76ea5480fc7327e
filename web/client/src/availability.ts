import { useQuery } from "@tanstack/react-query";
import { api } from "./service";

const POLL_MS = 5_000;
const NOBODY = { available: false, count: 0 };

/** Whether somebody can be had, asked every five seconds while the page is seen. Whatever goes wrong: nobody. */
export function useAvailability(): { available: boolean; count: number } {
  const { data, isSuccess } = useQuery({
    queryKey: ["availability"],
    queryFn: () => api.get("/api/client/mitra-availability"),
    refetchInterval: POLL_MS,
    refetchIntervalInBackground: false,
    refetchOnWindowFocus: "always",
    // What was asked ahead of home still holds there; what is left with it is forgotten.
    staleTime: POLL_MS,
    gcTime: 0,
    retry: false,
  });
  return isSuccess ? data : NOBODY;
}
