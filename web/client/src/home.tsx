import {
  Account,
  Avatar,
  Button,
  Card,
  ChatIcon,
  ClockIcon,
  Countdown,
  GiftIcon,
  HistoryIcon,
  IconButton,
  last,
  Mark,
  NextIcon,
  PersonIcon,
  Title,
  useStored,
} from "@curhat/kit";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useLocation } from "wouter";
import { useAvailability } from "./availability";
import { copy } from "./copy";
import { Fallback, MoneyNotes } from "./money";
import { pricing } from "./pricing";
import { belongings, session } from "./service";
import type { Failure, State } from "./state";
import "./home.css";

export function Home({ state }: { state: State }) {
  const [showsAccount, setShowsAccount] = useState(false);
  const chat = last(state.chats);
  return (
    <main className="screen home">
      <header className="home-head">
        <p className="brand">
          <Mark size={40} />
          <span>Curhat</span>
        </p>
        <IconButton label={copy.account.open} onClick={() => setShowsAccount(true)}>
          <PersonIcon />
        </IconButton>
      </header>
      <div className="home-hero">
        <Hero />
        <p className="home-greeting">{copy.homeScreen.greeting(state.user.display_name)}</p>
        <Title page={copy.homeScreen.page}>{copy.homeScreen.title}</Title>
        <p className="lead">{copy.homeScreen.lead}</p>
      </div>
      {chat ? <Running chat={chat} /> : <StartChat />}
      <MoneyNotes state={state} />
      {state.failure && <Unsettled failure={state.failure} />}
      <Link href="/history" className="home-link">
        <HistoryIcon />
        <span>
          <strong>{copy.homeScreen.history}</strong>
          <small>{copy.homeScreen.historyHint}</small>
        </span>
        <NextIcon />
      </Link>
      {showsAccount && <Account user={state.user} session={session} onClose={() => setShowsAccount(false)} />}
    </main>
  );
}

function StartChat() {
  const { available, count } = useAvailability();
  const { data } = useQuery(pricing(false));
  const [, navigate] = useLocation();
  const trial = data?.tiers.find((tier) => tier.is_free_trial);
  return (
    <section className="home-start">
      {trial && (
        <p className="home-trial">
          <GiftIcon width={18} height={18} />
          {copy.homeScreen.trial(trial.duration_minutes)}
        </p>
      )}
      <Button
        size="large"
        wide
        icon={<ChatIcon />}
        unavailable={!available}
        aria-describedby="availability"
        onClick={() => navigate("/payment")}
      >
        {copy.homeScreen.start}
      </Button>
      <p id="availability" role="status" className="home-availability" data-available={available}>
        {available ? copy.homeScreen.available(count) : copy.homeScreen.nobody}
      </p>
    </section>
  );
}

function Running({ chat }: { chat: State["chats"][number] }) {
  return (
    <Card tone="calm" className="home-running">
      <Avatar name={chat.mitra.display_name} />
      <div>
        <h2>{copy.homeScreen.running(chat.mitra.display_name)}</h2>
        <p>
          <ClockIcon width={18} height={18} /> {copy.homeScreen.left} <Countdown until={chat.ends_at} />
        </p>
      </div>
      <Link href={`/chat/${chat.id}`} className="button button-primary button-wide">
        {copy.homeScreen.resume}
      </Link>
    </Card>
  );
}

/** The last payment, if it failed and nothing was charged. */
function Unsettled({ failure }: { failure: Failure }) {
  const [seen] = useStored(belongings.place("seen-failure"));
  if (failure.refund_due) return null; // MoneyNotes tells about its money
  if (seen !== failure.failure_id && failure.cause_tag !== "customer_cancelled") return null;
  if (failure.fallback_offered) return <Fallback failure={failure} />;
  return (
    <Card tone="warm" className="home-note">
      <p>
        {failure.cause_tag === "customer_cancelled" ? copy.homeScreen.cancelledFree : copy.failed.noCharge}
      </p>
    </Card>
  );
}

function Hero() {
  return (
    <svg className="hero" viewBox="0 0 320 150" aria-hidden="true" focusable="false">
      <circle className="hero-sun" cx="252" cy="58" r="44" />
      <path className="hero-hill" d="M0 150c30-52 84-78 140-70 60 9 108 30 180 12v58z" />
      <path className="hero-hill-near" d="M0 150c44-30 96-38 150-26 62 14 116 8 170-14v40z" />
      <path
        className="hero-there"
        d="M150 34h64a26 26 0 0 1 26 26v4a26 26 0 0 1-26 26h-2v13a3 3 0 0 1-5 2L192 90h-42a26 26 0 0 1-26-26v-4a26 26 0 0 1 26-26z"
      />
      <path
        className="hero-here"
        d="M74 18h44a32 32 0 0 1 32 32v4a32 32 0 0 1-32 32h-8l-22 21a4 4 0 0 1-7-3V86h-7a32 32 0 0 1-32-32v-4a32 32 0 0 1 32-32z"
      />
      <path className="hero-smile" d="M79 52c5 10 12 15 20 15s15-5 20-15" />
      <g className="hero-dots">
        <circle cx="170" cy="62" r="4.5" />
        <circle cx="186" cy="62" r="4.5" />
        <circle cx="202" cy="62" r="4.5" />
      </g>
    </svg>
  );
}
