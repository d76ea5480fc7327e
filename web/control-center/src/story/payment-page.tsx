import { useParams } from "wouter";
import { copy } from "../copy";
import { Page } from "../ui/page";
import { Loading, Problem } from "../ui/states";
import { StoryOf } from "./story";
import { usePaymentStory } from "./use-story";

/** A payment's story on a page of its own. */
export function PaymentPage() {
  const { payment } = useParams<{ payment: string }>();
  const { data, error, refetch } = usePaymentStory(payment);
  return (
    <Page
      title={data ? copy.story.title(data.payment.customer_name) : copy.story.page}
      name={copy.story.page}
      className="payment-page"
    >
      {data ? (
        <StoryOf story={data} heading="h2" />
      ) : error ? (
        <Problem error={error} onRetry={refetch} />
      ) : (
        <Loading />
      )}
    </Page>
  );
}
