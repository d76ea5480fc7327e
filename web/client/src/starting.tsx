import { Button, Mark, Title } from "@curhat/kit";
import { useCallback, useEffect, useState } from "react";
import { cancelSearch, searchWithEarlier, startSearch } from "./actions";
import { copy } from "./copy";
import { sentenceOf } from "./sentence";
import type { State } from "./state";

/** Events of one transaction may come apart: after a fallback the search follows within this time. */
const MOMENT_MS = 250;

/** A payment is confirmed and has no search yet: starts it, also after an interruption. */
export function Starting({ payment }: { payment: NonNullable<State["payment"]> }) {
  const [error, setError] = useState("");
  const [cancelling, setCancelling] = useState(false);
  const { id } = payment;

  const begin = useCallback(async () => {
    setError("");
    try {
      const known = payment.targeted_mitra_id;
      await (known === undefined ? searchWithEarlier(id) : startSearch(id, known));
    } catch (failure) {
      setError(sentenceOf(failure));
    }
  }, [id, payment]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: once for a payment
  useEffect(() => {
    const timer = setTimeout(() => void begin(), MOMENT_MS);
    return () => clearTimeout(timer);
  }, [id]);

  async function cancel() {
    setCancelling(true);
    try {
      await cancelSearch(id);
    } catch (failure) {
      setError(sentenceOf(failure));
      setCancelling(false);
    }
  }

  return (
    <main className="screen screen-center">
      <div className="orb orb-breathes">
        <Mark size={72} />
      </div>
      <Title page={copy.starting.page} className="screen-title">
        {payment.amount === 0 ? copy.starting.titleFree : copy.starting.title}
      </Title>
      {error ? (
        <>
          <p className="wrong" role="alert">
            {error}
          </p>
          <Button onClick={() => void begin()}>{copy.retry}</Button>
          <Button kind="quiet" busy={cancelling} onClick={() => void cancel()}>
            {copy.starting.cancel}
          </Button>
        </>
      ) : (
        <p className="lead" role="status">
          {copy.starting.text}
        </p>
      )}
    </main>
  );
}
