import { CheckIcon, classNames, money } from "@curhat/kit";
import type { Tier } from "./actions";
import { copy } from "./copy";
import "./tiers.css";

/** Cards to choose a duration from, and what it costs. */
export function Tiers({
  tiers,
  chosen,
  onChoose,
}: {
  tiers: Tier[];
  chosen: Tier | undefined;
  onChoose: (tier: Tier) => void;
}) {
  return (
    <fieldset className="tiers">
      <legend className="visually-hidden">{copy.payment.tiers}</legend>
      {tiers.map((tier) => (
        <label key={tier.id} className={classNames("tier", tier.id === chosen?.id && "tier-chosen")}>
          <input
            type="radio"
            name="tier"
            className="visually-hidden"
            checked={tier.id === chosen?.id}
            onChange={() => onChoose(tier)}
          />
          <span className="tier-what">
            <span className="tier-minutes">{copy.minutes(tier.duration_minutes)}</span>
            {tier.is_free_trial && <span className="tier-badge">{copy.payment.trialBadge}</span>}
          </span>
          <span className="tier-price">{priceOf(tier)}</span>
          <span className="tier-check">
            <CheckIcon width={18} height={18} />
          </span>
        </label>
      ))}
    </fieldset>
  );
}

/** "Gratis" or "Rp 25.000". */
function priceOf(tier: Pick<Tier, "amount" | "is_free_trial">): string {
  return tier.is_free_trial || tier.amount === 0 ? copy.free : money(tier.amount);
}

/** Below the cards. */
export function Total({ tier, label }: { tier: Tier | undefined; label: string }) {
  return (
    <p className="total">
      <span>{label}</span>
      <strong>{tier ? priceOf(tier) : "–"}</strong>
    </p>
  );
}
