import { Button, Card, dayName, money, timeOfDay, useAttempt, useServerClock, useStored } from "@curhat/kit";
import { askAnother, searchWithEarlier, seeDecision } from "./actions";
import { useAvailability } from "./availability";
import { copy } from "./copy";
import { sentenceOf } from "./sentence";
import { belongings } from "./service";
import type { Money, State } from "./state";

/** Payments whose money is not settled, or whose decision the customer has not read. */
export function MoneyNotes({ state }: { state: State }) {
  const [putAway] = useStored(belongings.place("seen-failure"));
  const { failure } = state;
  return state.money
    .filter((one) => !one.is_extension && one.payment_session_id !== state.search?.payment_session_id)
    .filter(
      // A failure with a screen of its own is not repeated below it.
      (one) =>
        one.status !== "under_review" ||
        one.failure_id !== failure?.failure_id ||
        failure?.failure_id === putAway ||
        one.cause_tag === "customer_cancelled",
    )
    .map((one) => <Note key={one.payment_session_id} money={one} isChatting={state.chats.length > 0} />);
}

function Note({ money: one, isChatting }: { money: Money; isChatting: boolean }) {
  switch (one.status) {
    case "waiting":
      return <Waiting money={one} isChatting={isChatting} />;
    case "under_review":
      return one.fallback_offered ? <Fallback failure={one} /> : <UnderReview money={one} />;
    default:
      return <Decided money={one} status={one.status} />;
  }
}

/** An earlier payment that can still be used. */
export function Waiting({ money: one, isChatting = false }: { money: Money; isChatting?: boolean }) {
  const { available } = useAvailability();
  const { busy, wrong, attempt } = useAttempt(sentenceOf);
  return (
    <Card tone="calm" className="home-note">
      <h2>{one.amount === 0 ? copy.money.waitingFree : copy.money.waiting(money(one.amount))}</h2>
      <p>
        {isChatting
          ? copy.money.waitingForChat(timeOfDay(one.expires_at))
          : copy.money.waitingUntil(timeOfDay(one.expires_at))}
      </p>
      <Wrong error={wrong} />
      {!isChatting && (
        <Button
          kind="secondary"
          wide
          busy={busy}
          unavailable={!available}
          onClick={() => void attempt(() => searchWithEarlier(one.payment_session_id))}
        >
          {copy.money.use}
        </Button>
      )}
    </Card>
  );
}

function UnderReview({ money: one }: { money: Money }) {
  return (
    <Card tone="warm" className="home-note">
      <h2>{copy.homeScreen.failedTitle(money(one.amount))}</h2>
      <p>{copy.homeScreen.failedText}</p>
    </Card>
  );
}

/** The requested mitra was not available; the payment can be used for another one. */
export function Fallback({ failure: one }: { failure: Pick<Money, "payment_session_id" | "mitra"> }) {
  const { available } = useAvailability();
  const { busy, wrong, attempt } = useAttempt(sentenceOf);
  return (
    <Card tone="warm" className="home-note">
      <h2>{copy.homeScreen.fallbackTitle(one.mitra?.display_name ?? copy.unnamed)}</h2>
      <p>{copy.homeScreen.fallbackText}</p>
      <Wrong error={wrong} />
      <Button
        kind="secondary"
        wide
        busy={busy}
        unavailable={!available}
        onClick={() => void attempt(() => askAnother(one.payment_session_id))}
      >
        {copy.homeScreen.fallback}
      </Button>
    </Card>
  );
}

/** The decision; shown until the customer has read it. */
function Decided({ money: one, status }: { money: Money; status: keyof typeof copy.money.decided }) {
  const clock = useServerClock();
  const { busy, wrong, attempt } = useAttempt(sentenceOf);
  const [title, text] = copy.money.decided[status];
  const at = copy.money.at(dayName(one.status_at, clock.now()), timeOfDay(one.status_at));
  return (
    <Card tone={status === "no_action" ? "warm" : "calm"} className="home-note" role="status">
      <h2>{title(money(one.amount))}</h2>
      <p>{text}</p>
      <p className="hint">{at}</p>
      <Wrong error={wrong} />
      <Button
        kind="secondary"
        wide
        busy={busy}
        onClick={() => void attempt(() => seeDecision(one.payment_session_id))}
      >
        {copy.money.read}
      </Button>
    </Card>
  );
}

function Wrong({ error }: { error: string }) {
  return error ? (
    <p className="wrong" role="alert">
      {error}
    </p>
  ) : null;
}
