import { useParams } from "wouter";
import { copy } from "../copy";
import { Page } from "../ui/page";
import { Loaded } from "../ui/states";
import { StoryOf } from "./story";
import { usePaymentStory } from "./use-story";

export function PaymentPage() {
  const { payment } = useParams<{ payment: string }>();
  const query = usePaymentStory(payment);
  return (
    <Page
      title={query.data ? copy.story.title(query.data.payment.customer_name) : copy.story.page}
      name={copy.story.page}
      className="payment-page"
    >
      <Loaded query={query}>{(story) => <StoryOf story={story} heading="h2" />}</Loaded>
    </Page>
  );
}
