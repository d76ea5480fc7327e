import { useParams } from "wouter";
import { useAddress } from "../address/use-address";
import { copy } from "../copy";
import { useNow } from "../live/use-now";
import { type Tile, Tiles } from "../ui/facts";
import { Page } from "../ui/page";
import "./board.css";
import { Chats } from "./chats";
import { Mitras } from "./mitras";
import { SearchPanel } from "./search-panel";
import { Searches } from "./searches";

/** The live board: searches, chats and mitras. */
export function BoardPage() {
  const { request } = useParams<{ request?: string }>();
  const { go } = useAddress();
  const now = useNow();
  const words = copy.board.counters;
  const counters = now?.counters;
  const tiles: Tile[] = counters
    ? [
        { name: words.searching, value: copy.count(counters.searching) },
        { name: words.chats, value: copy.count(counters.chats) },
        { name: words.extensions, value: copy.count(counters.extensions_pending) },
        {
          name: words.online,
          value: copy.count(counters.mitras_online),
          hot: counters.mitras_online === 0 && counters.searching > 0,
        },
        { name: words.unreachable, value: copy.count(counters.mitras_unreachable) },
        { name: words.needs, value: copy.count(counters.needs_action), href: "/failed-pairings" },
      ]
    : [];
  return (
    <Page
      title={copy.board.title}
      lead={copy.board.lead}
      panel={request && <SearchPanel key={request} id={request} onClose={() => go("/live")} />}
    >
      <Tiles tiles={tiles} />
      <div className="board">
        <Searches open={request} />
        <Chats />
        <Mitras />
      </div>
    </Page>
  );
}
