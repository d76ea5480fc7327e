import { useQuery } from "@tanstack/react-query";
import { api, queries } from "../service";

export function usePaymentStory(paymentId: string | undefined) {
  return useQuery({
    queryKey: ["payment", paymentId],
    queryFn: ({ signal }) =>
      api.get("/internal/payments/{payment_session_id}/timeline", {
        path: { payment_session_id: paymentId ?? "" },
        signal,
      }),
    enabled: paymentId !== undefined,
  });
}

/** The story of a failure's payment. */
export function useFailureStory(failureId: string) {
  const failure = useQuery({
    queryKey: ["failure", failureId],
    queryFn: async ({ signal }) => {
      const path = { failure_id: failureId };
      const story = await api.get("/internal/failed-pairings/{failure_id}", { path, signal });
      queries.setQueryData(["payment", story.payment.id], story);
      return { paymentId: story.payment.id };
    },
    staleTime: Number.POSITIVE_INFINITY, // which payment it is of never changes
  });
  const story = usePaymentStory(failure.data?.paymentId);
  return { story: story.data, error: failure.error ?? story.error, retry: failure.refetch };
}
