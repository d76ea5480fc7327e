import { copy } from "../copy";
import type { CauseTag } from "../shapes";
import { Badge, type Tone } from "./badge";

/** By origin: the service, the mitra, the customer. */
const TONES: Record<CauseTag, Tone> = {
  no_mitra_available: "danger",
  all_mitras_rejected: "warm",
  targeted_mitra_offline: "sky",
  targeted_mitra_rejected: "plum",
  targeted_mitra_timeout: "warn",
  payment_session_expired: "neutral",
  customer_cancelled: "calm",
};

export function Cause({ tag }: { tag: CauseTag }) {
  return (
    <Badge tone={TONES[tag]} title={tag}>
      {copy.causes[tag]}
    </Badge>
  );
}
