import { Button, CheckIcon, CloseIcon, classNames, last, lastWhere, money, shownPhone } from "@curhat/kit";
import { type ReactNode, useRef, useState } from "react";
import { Link } from "wouter";
import { copy } from "../copy";
import { DecideDialog } from "../failures/decide-dialog";
import { useRole } from "../live/use-now";
import type { Action, Failure, Happened, Offer, Search, Story, ToldChat } from "../shapes";
import { ACTIONS } from "../shapes";
import { At } from "../time/at";
import { duration } from "../time/duration";
import { useTimes } from "../time/use-times";
import { Badge, type Tone } from "../ui/badge";
import { Cause } from "../ui/cause";
import { Fact, Facts } from "../ui/facts";
import { EyeIcon } from "../ui/icons";
import { Person } from "../ui/person";
import "./story.css";
import { Timeline } from "./timeline";

/** Everything about a payment: the facts, the results, the decision, and the timeline. */
export function StoryOf({ story, heading: Heading = "h3" }: { story: Story; heading?: "h2" | "h3" }) {
  const { payment, failures, searches, chats, extensions } = story;
  const times = useTimes();
  const failure = lastWhere(failures, (one) => one.superseded_at === null) ?? last(failures);
  const words = copy.story;
  return (
    <div className="story">
      <div className="story-about">
        <About payment={payment} />
        {failure && <Decision failure={failure} />}
        <Part title={words.searches} of={searches} heading={Heading}>
          {(search) => <SearchLine key={search.id} search={search} />}
        </Part>
        <Part title={words.chats} of={chats} heading={Heading}>
          {(chat) => <ChatLine key={chat.id} chat={chat} />}
        </Part>
        <Part title={words.extensions} of={extensions} heading={Heading}>
          {(extension) => <ExtensionLine key={extension.id} extension={extension} />}
        </Part>
      </div>
      <section aria-label={words.timeline} className="story-timeline">
        <Heading>
          {words.timeline} <span className="soft small">({times.name})</span>
        </Heading>
        <Timeline events={story.timeline as Happened[]} people={story.people} />
      </section>
    </div>
  );
}

/** The payment itself. */
function About({ payment }: { payment: Story["payment"] }) {
  const times = useTimes();
  const words = copy.story;
  return (
    <div>
      <p className="story-head">
        <span className="story-amount figure">
          {payment.is_free_trial ? copy.free : money(payment.amount)}
        </span>
        <Badge tone={STATUS_TONES[payment.status]}>{words.status[payment.status]}</Badge>
        {payment.is_extension && <Badge>{words.facts.extension}</Badge>}
      </p>
      <Facts>
        <Fact name={words.facts.customer}>
          <Person kind="customer" id={payment.customer_id} name={payment.customer_name} />
        </Fact>
        <Fact name={words.facts.phone}>
          <span className="figure">{shownPhone(payment.customer_phone)}</span>
        </Fact>
        <Fact name={words.facts.duration}>{copy.minutes(payment.duration_minutes)}</Fact>
        <Fact name={words.facts.target}>
          {payment.targeted_mitra_id === null ? (
            words.facts.anyone
          ) : (
            <Person kind="mitra" id={payment.targeted_mitra_id} name={payment.targeted_mitra_name ?? ""} />
          )}
        </Fact>
        <Fact name={words.facts.created}>
          <At value={payment.created_at} /> {times.name}
        </Fact>
        <Fact name={words.facts.charged}>
          {payment.charged_at === null ? (
            words.facts.notCharged
          ) : (
            <>
              <At value={payment.charged_at} /> {times.name}
            </>
          )}
        </Fact>
        <Fact name={words.facts.id}>
          <span className="mono">{payment.id}</span>
        </Fact>
      </Facts>
    </div>
  );
}

/** One kind of result of the payment, if it has any. */
function Part<Item>({
  title,
  of,
  heading: Heading,
  children,
}: {
  title: string;
  of: readonly Item[];
  heading: "h2" | "h3";
  children: (item: Item) => ReactNode;
}) {
  if (of.length === 0) return null;
  return (
    <section aria-label={title}>
      <Heading>{title}</Heading>
      {of.map(children)}
    </section>
  );
}

const STATUS_TONES: Record<Story["payment"]["status"], Tone> = {
  pending: "neutral",
  confirmed: "sky",
  consumed: "calm",
  failed_pairing: "danger",
  abandoned: "neutral",
  expired: "neutral",
};

/** The decision about the money, or the buttons to decide. */
function Decision({ failure }: { failure: Failure }) {
  const { mayAct } = useRole();
  const [deciding, setDeciding] = useState<Action | null>(null);
  const section = useRef<HTMLElement>(null);
  const words = copy.story;
  return (
    <section
      ref={section}
      tabIndex={-1}
      aria-label={words.decision}
      className={classNames("decision", failure.needs_action && "decision-open")}
    >
      <p>
        <Cause tag={failure.cause_tag} /> <At value={failure.created_at} />
      </p>
      {failure.superseded_at !== null ? (
        <p>{words.superseded}</p>
      ) : failure.operator_action !== null ? (
        <>
          <p>
            <strong>{copy.actioned[failure.operator_action]}</strong> {words.by(failure.actioned_by ?? "")}
            {failure.actioned_at && (
              <>
                , <At value={failure.actioned_at} />
              </>
            )}
          </p>
          {failure.action_note && <p className="soft">“{failure.action_note}”</p>}
        </>
      ) : (
        <p>{failure.refund_due ? words.noDecision : words.noDecisionNeeded}</p>
      )}
      {failure.note && <p className="soft">{failure.note}</p>}
      {mayAct && failure.needs_action && (
        <div className="decision-buttons">
          {ACTIONS.map((action) => (
            <Button key={action} kind="secondary" size="small" onClick={() => setDeciding(action)}>
              {copy.actions[action]}
            </Button>
          ))}
        </div>
      )}
      {deciding && (
        <DecideDialog
          action={deciding}
          failures={[failure]}
          onClose={() => {
            setDeciding(null);
            requestAnimationFrame(() => section.current?.focus({ preventScroll: true }));
          }}
        />
      )}
    </section>
  );
}

function SearchLine({ search }: { search: Search }) {
  return (
    <div className="story-item">
      <Badge tone={search.request_type === "returning" ? "plum" : "sky"}>
        {copy.searchKind[search.request_type]}
      </Badge>
      <Link href={`/live/${search.id}`}>{copy.searchStatus[search.status]}</Link>
      <span className="story-item-end soft small">
        <At value={search.created_at} />
      </span>
      {search.offers.length > 0 && <Offers offers={search.offers} />}
    </div>
  );
}

/** The offers and their answers; by sign and word. */
function Offers({ offers }: { offers: readonly Offer[] }) {
  return (
    <span className="offers">
      {offers.map((offer, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: who left and came back was asked twice
        <OfferBadge key={`${offer.mitra_id} ${at}`} offer={offer} />
      ))}
    </span>
  );
}

const OFFER_TONES: Record<Offer["status"], Tone> = {
  offered: "sky",
  accepted: "calm",
  declined: "danger",
  auto_rejected: "warn",
  withdrawn: "neutral",
};

export function OfferBadge({ offer }: { offer: Offer }) {
  const word =
    offer.status === "offered" && offer.seen_at !== null ? copy.offerSeen : copy.offerStatus[offer.status];
  return (
    <Badge
      tone={OFFER_TONES[offer.status]}
      icon={ICONS[offer.status] ?? (offer.seen_at !== null && <EyeIcon />)}
    >
      {offer.mitra_name} <span style={{ fontWeight: 500 }}>{word}</span>
    </Badge>
  );
}

const ICONS: Partial<Record<Offer["status"], ReactNode>> = {
  accepted: <CheckIcon />,
  declined: <CloseIcon />,
};

function ExtensionLine({ extension }: { extension: Story["extensions"][number] }) {
  return (
    <div className="story-item">
      <Badge>{copy.extensionStatus[extension.status]}</Badge>
      {copy.minutes(extension.duration_minutes)}
      <span className="story-item-end soft small">
        <At value={extension.requested_at} />
      </span>
    </div>
  );
}

function ChatLine({ chat }: { chat: ToldChat }) {
  const words = copy.story;
  const reply =
    chat.first_reply_at === null
      ? words.noReply
      : words.firstReply(duration((Date.parse(chat.first_reply_at) - Date.parse(chat.started_at)) / 1000));
  return (
    <div className="story-item">
      <Person kind="mitra" id={chat.mitra_id} name={chat.mitra_name} />
      <span>{copy.minutes(chat.duration_minutes)}</span>
      <Badge tone={chat.status === "active" ? "calm" : "neutral"}>
        {chat.end_reason === null ? copy.link.open : copy.endReason[chat.end_reason]}
      </Badge>
      <span className="story-item-end soft small">
        <At value={chat.started_at} />
      </span>
      <span className="soft small" style={{ width: "100%" }}>
        {words.messages(chat.customer_messages, chat.mitra_messages)}, {reply}
        {chat.end_note && `, “${chat.end_note}”`}
      </span>
    </div>
  );
}
