import { Button, useToast } from "@curhat/kit";
import { useState } from "react";
import { copy } from "../copy";
import { api } from "../service";
import type { Setting, SettingChange } from "../shapes";
import { At } from "../time/at";
import { useTimes } from "../time/use-times";
import { More, useEndless } from "../ui/endless";
import { UndoIcon } from "../ui/icons";
import { Listed } from "../ui/states";
import { sentenceOf } from "../words";
import { useChange } from "./use-change";
import { shownValue } from "./values";

const PAGE = 25;

/** The changes of one setting or of all, newest first; each can be undone. */
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
  const { list, rows } = useEndless(["settings", "history", only], (from, signal) =>
    api.get("/internal/config/history", {
      query: { limit: PAGE, ...(only && { key: only }), ...from },
      signal,
    }),
  );
  const changes = rows?.filter((row) => row.old_value !== null || only !== null);
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
      <Listed query={list} rows={changes} compact empty={<p className="soft">{words.historyEmpty}</p>}>
        {(shown) => (
          <ol className="plain-list settings-changes">
            {shown.map((row) => (
              <Change
                key={`${row.key} ${row.version}`}
                change={row}
                setting={settings.find(({ key }) => key === row.key)}
                maySet={maySet}
              />
            ))}
          </ol>
        )}
      </Listed>
      <More of={list} small />
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
  const words = copy.settings;
  const { label, unit, old_value: before, value, changed_at, changed_by } = change;
  const isLast = setting !== undefined && setting.version === change.version;
  const to = isLast ? before : value;
  const mayGoBack = maySet && setting !== undefined && to !== null && to !== setting.value;
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
      {mayGoBack && <GoBack setting={setting} to={to} isLast={isLast} />}
    </li>
  );
}

/** Undoes the last change, or sets an earlier value again. */
function GoBack({ setting, to, isLast }: { setting: Setting; to: string; isLast: boolean }) {
  const save = useChange();
  const toast = useToast();
  const [busy, setBusy] = useState(false);
  const { key, label, unit, version } = setting;
  const what = isLast ? copy.settings.undo : copy.settings.useAgain;

  async function goBack() {
    setBusy(true);
    try {
      await save(key, to, version);
    } catch (error) {
      toast({ text: sentenceOf(error), tone: "danger" });
    } finally {
      setBusy(false);
    }
  }

  return (
    <Button
      kind={isLast ? "secondary" : "quiet"}
      size="small"
      busy={busy}
      icon={<UndoIcon />}
      aria-label={`${what}: ${label}, ${shownValue(to, unit)}`}
      onClick={() => void goBack()}
    >
      {what}
    </Button>
  );
}
