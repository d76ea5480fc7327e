import {
  Button,
  Countdown,
  CountdownRing,
  Dialog,
  DialogActions,
  money,
  secondsLeft,
  storedInTab,
  Title,
  useSecondsLeft,
  useServerClock,
} from "@curhat/kit";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { cancelSearch } from "./actions";
import { copy } from "./copy";
import { sentenceOf } from "./sentence";
import { api } from "./service";
import type { Search } from "./state";

/** A running search. A search for one mitra has an overlay. */
export function Searching({ search }: { search: Search }) {
  const [asks, setAsks] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState("");
  const left = useSecondsLeft(search.deadline_at) ?? 0;

  async function cancel() {
    setBusy(true);
    setError("");
    try {
      await cancelSearch(search.payment_session_id);
    } catch (failure) {
      setError(sentenceOf(failure));
      setBusy(false);
    }
  }

  return (
    <main className="screen screen-center searching">
      <div className="orb orb-breathes">
        {left > 0 ? (
          <p className="orb-time">
            <small>{copy.searching.left}</small>
            <Countdown until={search.deadline_at} />
          </p>
        ) : null}
      </div>
      <Title page={copy.searching.page} className="screen-title">
        {copy.searching.title}
      </Title>
      <p className="lead" role="status">
        {left > 0 ? copy.searching.text : copy.searching.closing}
      </p>
      <footer className="screen-foot">
        <p className="wrong" role="alert">
          {!asks && error}
        </p>
        <Button kind="secondary" wide onClick={() => setAsks(true)}>
          {copy.searching.cancel}
        </Button>
      </footer>
      {search.request_type === "returning" ? (
        <Waiting search={search} busy={busy} error={error} onCancel={() => void cancel()} />
      ) : (
        asks && (
          <Sure
            paymentId={search.payment_session_id}
            busy={busy}
            error={error}
            onYes={() => void cancel()}
            onNo={() => setAsks(false)}
          />
        )
      )}
    </main>
  );
}

/** "Curhat lagi": one mitra has some seconds to answer. */
function Waiting({
  search,
  busy,
  error,
  onCancel,
}: {
  search: Search;
  busy: boolean;
  error: string;
  onCancel: () => void;
}) {
  const name = search.mitra?.display_name ?? copy.unnamed;
  const whole = useWholeWait(search);
  return (
    <Dialog
      title={copy.waiting.title(name)}
      picture={<CountdownRing until={search.deadline_at} of={whole} />}
    >
      <p>{copy.waiting.text(name)}</p>
      <p className="wrong" role="alert">
        {error}
      </p>
      <DialogActions>
        <Button kind="secondary" wide busy={busy} onClick={onCancel}>
          {copy.waiting.cancel}
        </Button>
      </DialogActions>
    </Dialog>
  );
}

/** The whole wait: the time left when it was first seen, kept through a reload. */
function useWholeWait(search: Search): number {
  const clock = useServerClock();
  const [whole] = useState(() => {
    const place = `curhat.wait.${search.id}`;
    const kept = Number(storedInTab.getItem(place));
    const seconds = kept > 0 ? kept : secondsLeft(search.deadline_at, clock);
    storedInTab.setItem(place, String(seconds));
    return seconds;
  });
  return whole;
}

/** What happens to the payment, without an amount until it is known. */
function textOf(amount: number | undefined): string {
  if (amount === undefined) return copy.searching.sureAny;
  return amount > 0 ? copy.searching.surePaid(money(amount)) : copy.searching.sureFree;
}

function Sure({
  paymentId,
  busy,
  error,
  onYes,
  onNo,
}: {
  paymentId: string;
  busy: boolean;
  error: string;
  onYes: () => void;
  onNo: () => void;
}) {
  const { data } = useQuery({
    queryKey: ["payment", paymentId],
    queryFn: () =>
      api.get("/api/client/payment-sessions/{payment_session_id}", {
        path: { payment_session_id: paymentId },
      }),
  });
  return (
    <Dialog title={copy.searching.sure} kind="alertdialog" onClose={onNo}>
      <p>{textOf(data?.amount)}</p>
      <p className="wrong" role="alert">
        {error}
      </p>
      <DialogActions>
        <Button onClick={onNo}>{copy.searching.no}</Button>
        <Button kind="danger" busy={busy} onClick={onYes}>
          {copy.searching.yes}
        </Button>
      </DialogActions>
    </Dialog>
  );
}
