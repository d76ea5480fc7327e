import { Button, useToast } from "@curhat/kit";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useState } from "react";
import { copy } from "../copy";
import { api } from "../service";
import type { Setting, SettingChange } from "../shapes";
import { At } from "../time/at";
import { useTimes } from "../time/use-times";
import { UndoIcon } from "../ui/icons";
import { Loading, Problem } from "../ui/states";
import { sentenceOf } from "../words";
import { useChange } from "./use-change";
import { shownValue } from "./values";

const PAGE = 25;

/** What was changed, newest first, of one setting or of all; each can be taken back. */
export function History({
  settings,
  only,
  maySet,
  onAll,
}: {
  settings: readonly Setting[];
  only: string | null;
  maySet: boolean;
  onAll: () => void;
}) {
  const words = copy.settings;
  const times = useTimes();
  const history = useInfiniteQuery({
    queryKey: ["settings", "history", only],
    queryFn: ({ signal, pageParam }) =>
      api.get("/internal/config/history", {
        query: { limit: PAGE, ...(only && { key: only }), ...(pageParam && { cursor: pageParam }) },
        signal,
      }),
    initialPageParam: null as string | null,
    getNextPageParam: ({ next }) => next,
  });
  const rows = history.data?.pages.flatMap((page) => page.rows) ?? [];
  const changes = rows.filter((row) => row.old_value !== null || only !== null);
  const label = settings.find(({ key }) => key === only)?.label;
  return (
    <section className="settings-history" aria-labelledby="settings-history">
      <div className="section-head">
        <h2 id="settings-history">{label ? words.historyOf(label) : words.historyAll}</h2>
        {only && (
          <button type="button" className="text-button" onClick={onAll}>
            {words.historyBack}
          </button>
        )}
      </div>
      {history.error ? (
        <Problem error={history.error} onRetry={history.refetch} />
      ) : history.data === undefined ? (
        <Loading compact />
      ) : changes.length === 0 ? (
        <p className="soft">{words.historyEmpty}</p>
      ) : (
        <ol className="plain-list settings-changes">
          {changes.map((row) => (
            <Change
              key={`${row.key} ${row.version}`}
              change={row}
              setting={settings.find(({ key }) => key === row.key)}
              maySet={maySet}
            />
          ))}
        </ol>
      )}
      {history.hasNextPage && (
        <Button
          kind="quiet"
          size="small"
          busy={history.isFetchingNextPage}
          onClick={() => void history.fetchNextPage()}
        >
          {copy.more}
        </Button>
      )}
      <p className="soft small">
        {copy.zone.label}: {times.name}
      </p>
    </section>
  );
}

function Change({
  change,
  setting,
  maySet,
}: {
  change: SettingChange;
  setting: Setting | undefined;
  maySet: boolean;
}) {
  const save = useChange();
  const toast = useToast();
  const [busy, setBusy] = useState(false);
  const words = copy.settings;
  const { label, unit, old_value: before, value, changed_at, changed_by } = change;
  const isLast = setting !== undefined && setting.version === change.version;
  const to = isLast ? before : value;
  const mayGoBack = maySet && setting !== undefined && to !== null && to !== setting.value;

  async function goBack(setting: Setting, to: string) {
    setBusy(true);
    try {
      await save(change.key, to, setting.version);
    } catch (error) {
      toast({ text: sentenceOf(error), tone: "danger" });
    } finally {
      setBusy(false);
    }
  }

  return (
    <li>
      <p>
        <strong>{label}</strong>
        <span className="settings-change">
          {before !== null && <s>{shownValue(before, null)}</s>} {shownValue(value, unit)}
        </span>
        <small>
          {before === null ? (
            words.initial
          ) : (
            <>
              <At value={changed_at} /> {words.changed(changed_by)}
            </>
          )}
        </small>
      </p>
      {mayGoBack && (
        <Button
          kind={isLast ? "secondary" : "quiet"}
          size="small"
          busy={busy}
          icon={<UndoIcon />}
          aria-label={`${isLast ? words.undo : words.useAgain}: ${label}, ${shownValue(to, unit)}`}
          onClick={() => void goBack(setting, to)}
        >
          {isLast ? words.undo : words.useAgain}
        </Button>
      )}
    </li>
  );
}
