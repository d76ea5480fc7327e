import { Button } from "@curhat/kit";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useAddress, wholeNumber } from "../address/use-address";
import { copy } from "../copy";
import { useRole } from "../live/use-now";
import { api } from "../service";
import type { Mitra, Presence } from "../shapes";
import { At } from "../time/at";
import { Choice } from "../ui/choice";
import { Person } from "../ui/person";
import { Load, PresenceOf } from "../ui/presence";
import { Column, ROWS } from "./column";
import { ForceOfflineDialog } from "./dialogs";

type Shown = Extract<Presence, "online" | "unreachable">;

/** Online mitras with their load, or the unreachable ones. */
export function Mitras() {
  const { params, change } = useAddress();
  const page = wholeNumber(params.get("mitras"), 1);
  const presence: Shown = params.get("presence") === "unreachable" ? "unreachable" : "online";
  const list = useQuery({
    queryKey: ["mitras", "board", presence, page],
    queryFn: ({ signal }) =>
      api.get("/internal/mitras", { query: { presence, limit: ROWS, offset: (page - 1) * ROWS }, signal }),
    placeholderData: keepPreviousData,
  });
  return (
    <Column
      id="mitras"
      title={copy.board.mitras}
      tools={
        <Choice<Shown>
          label={copy.board.presences}
          value={presence}
          options={(["online", "unreachable"] as const).map((value) => ({
            value,
            label: copy.presence[value],
            more: list.data && copy.count(list.data.counts[value]),
          }))}
          onChoose={(value) => change({ presence: value === "online" ? null : value, mitras: null })}
        />
      }
      list={list}
      empty={copy.board.noMitras}
      page={page}
      onPage={(next, options) => change({ mitras: next === 1 ? null : next }, options)}
      row={(mitra) => <Row mitra={mitra} />}
    />
  );
}

function Row({ mitra }: { mitra: Mitra }) {
  const { mayAct } = useRole();
  const [forcing, setForcing] = useState(false);
  const idle = mitra.active_chats === 0 && mitra.presence === "online";
  return (
    <article className="live-row">
      <div className="live-row-line">
        <span className="live-row-name">
          <Person kind="mitra" id={mitra.id} name={mitra.display_name} />
        </span>
        <Load chats={mitra.active_chats} capacity={mitra.capacity} />
      </div>
      <div className="live-row-line small">
        <span className="live-row-facts soft">
          <PresenceOf presence={mitra.presence} />
          {mitra.open_offers > 0 && <span>{copy.board.offersOpen(mitra.open_offers)}</span>}
          <span>
            {idle ? copy.board.idle : copy.people.since}{" "}
            <At as="recent" value={idle ? mitra.idle_since : mitra.status_changed_at} />
          </span>
        </span>
        {mayAct && mitra.presence !== "offline" && (
          <Button
            kind="quiet"
            size="small"
            aria-label={copy.board.forceOf(mitra.display_name)}
            onClick={() => setForcing(true)}
          >
            {copy.board.force}
          </Button>
        )}
      </div>
      {forcing && <ForceOfflineDialog mitra={mitra} onClose={() => setForcing(false)} />}
    </article>
  );
}
