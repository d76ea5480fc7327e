import { Avatar, Button, Card, Title, TopBar } from "@curhat/kit";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { Link, useSearchParams } from "wouter";
import { abandon, choose, confirm, type Tier } from "./actions";
import { copy } from "./copy";
import { firstPage } from "./history";
import { Waiting } from "./money";
import { pricing } from "./pricing";
import { sentenceOf } from "./sentence";
import type { State } from "./state";
import { Tiers, Total } from "./tiers";

/** Choose a duration and pay. Leaving the screen cancels the unconfirmed payment. */
export function Payment({ state }: { state: State }) {
  const [params] = useSearchParams();
  const mitraId = params.get("targetedMitraId");
  const elsewhere = state.chats.find(({ mitra }) => mitra.id !== mitraId);
  if (elsewhere) return <ChatFirst chat={elsewhere} />;
  return <PaymentFor key={mitraId} state={state} mitraId={mitraId} />;
}

/** A customer in a chat cannot start another search; they learn it before they pay. */
function ChatFirst({ chat }: { chat: State["chats"][number] }) {
  return (
    <main className="screen">
      <TopBar label={copy.back} />
      <Title page={copy.payment.page}>{copy.homeScreen.running(chat.mitra.display_name)}</Title>
      <Card tone="calm">
        <p>{copy.errors["chat_already_active"]}</p>
        <Link href={`/chat/${chat.id}`} replace className="button button-primary button-wide">
          {copy.homeScreen.resume}
        </Link>
      </Card>
    </main>
  );
}

function PaymentFor({ state, mitraId }: { state: State; mitraId: string | null }) {
  const { data, isError, refetch } = useQuery(pricing(false));
  const name = useNameOf(mitraId);
  const [picked, setPicked] = useState<string | null>(null);
  const waiting = useWaitingPayment(state, mitraId);
  const { busy, notice, pay } = usePaying(waiting, refetch);

  const earlier = state.money.find(
    (one) => one.status === "waiting" && !one.is_extension && one.payment_session_id !== state.payment?.id,
  );
  const tiers = data?.tiers ?? [];
  const tier = tiers.find(({ id }) => id === (picked ?? waiting.tierId)) ?? tiers[0];

  const { choose: begin } = waiting;
  useEffect(() => {
    if (tier) begin(tier).catch(() => undefined); // paying tries again and shows the error
  }, [tier, begin]);

  return (
    <main className="screen payment">
      <TopBar label={copy.back} />
      <Title page={copy.payment.page}>{copy.payment.title}</Title>
      {earlier && <Waiting money={earlier} />}
      {mitraId && (
        <p className="lead payment-again">
          <Avatar name={name} />
          {copy.payment.again(name)}
        </p>
      )}
      {data ? (
        <Tiers tiers={tiers} chosen={tier} onChoose={({ id }) => setPicked(id)} />
      ) : (
        <p className="lead" role="status">
          {isError ? copy.payment.failed : copy.payment.loading}
        </p>
      )}
      <footer className="screen-foot">
        {tier && (
          <p className="hint">{tier.is_free_trial ? copy.payment.promiseFree : copy.payment.promise}</p>
        )}
        <p className="wrong" role="alert">
          {notice}
        </p>
        <Total tier={tier} label={copy.payment.total} />
        {isError ? (
          <Button size="large" wide onClick={() => void refetch()}>
            {copy.retry}
          </Button>
        ) : (
          <Button size="large" wide busy={busy} unavailable={!tier} onClick={() => tier && void pay(tier)}>
            {tier?.is_free_trial ? copy.payment.start : copy.payment.pay}
          </Button>
        )}
      </footer>
    </main>
  );
}

/** Pays, unless the price has changed since it was shown. */
function usePaying(waiting: ReturnType<typeof useWaitingPayment>, refetch: () => Promise<unknown>) {
  const [busy, setBusy] = useState(false);
  const [notice, setNotice] = useState("");

  async function pay(chosen: Tier) {
    setBusy(true);
    setNotice("");
    try {
      const payment = await waiting.choose(chosen);
      if (payment.amount !== chosen.amount) {
        setNotice(copy.payment.changed);
        await refetch();
      } else {
        await waiting.confirm(payment.id);
        return; // the state brings the next screen
      }
    } catch (error) {
      setNotice(sentenceOf(error));
      void refetch();
    }
    setBusy(false);
  }

  return { busy, notice, pay };
}

/** The unconfirmed payment of this screen: made when a tier is chosen, cancelled when the screen is left. */
function useWaitingPayment(state: State, mitraId: string | null) {
  const pending = state.payment?.status === "pending" ? state.payment : null;
  const known = useRef(pending);
  known.current = pending;
  const own = useRef<{ tier: string; made: ReturnType<typeof choose>; id: string | null } | null>(null);
  const confirmed = useRef(false);

  useEffect(
    () => () => {
      if (!confirmed.current) own.current?.made.then(({ id }) => abandon(id)).catch(() => undefined);
    },
    [],
  );

  const begin = useRef(async (tier: Tier) => {
    const now = known.current;
    if (now?.tier_id === tier.id && now.targeted_mitra_id === mitraId && now.amount === tier.amount) {
      own.current = {
        tier: tier.id,
        made: Promise.resolve(now as Awaited<ReturnType<typeof choose>>),
        id: now.id,
      };
    }
    // Another tab's choice has replaced ours.
    const isLeft = own.current?.id && now?.id !== own.current.id;
    if (own.current?.tier !== tier.id || isLeft) {
      // In sequence, so that the last choice wins.
      const before = own.current?.made.catch(() => undefined);
      own.current = {
        tier: tier.id,
        made: Promise.resolve(before).then(() => choose(tier, mitraId)),
        id: null,
      };
    }
    const mine = own.current;
    try {
      const payment = await mine.made;
      mine.id = payment.id;
      return payment;
    } catch (error) {
      if (own.current === mine) own.current = null;
      throw error;
    }
  });

  return {
    tierId: pending?.targeted_mitra_id === mitraId ? pending.tier_id : undefined,
    choose: begin.current,
    confirm: async (id: string) => {
      confirmed.current = true;
      try {
        await confirm(id);
      } catch (error) {
        confirmed.current = false;
        throw error;
      }
    },
  };
}

/** The display name of a mitra from an earlier chat. */
function useNameOf(mitraId: string | null): string {
  const { data } = useQuery({ ...firstPage, enabled: mitraId !== null });
  const row = data?.rows.find(({ mitra }) => mitra.id === mitraId);
  return row?.mitra.display_name ?? copy.unnamed;
}
