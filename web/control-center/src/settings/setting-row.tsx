import { Button, classNames, slugOf, useServerClock } from "@curhat/kit";
import { type FormEvent, type ReactNode, useId, useState } from "react";
import { copy } from "../copy";
import { refresh } from "../live/live";
import type { Setting } from "../shapes";
import { At } from "../time/at";
import { useTimes } from "../time/use-times";
import { Choice } from "../ui/choice";
import { factsOf, sentenceOf } from "../words";
import { useChange } from "./use-change";
import { boundsOf, problemWith, shownValue } from "./values";

interface Meanwhile {
  value: string;
  version: number;
  updated_by: string;
  updated_at: string;
}

/** One setting: what it is, what it may be, and who set it. What is refused is said beside the field. */
export function SettingRow({
  setting,
  maySet,
  historyShown,
  onHistory,
}: {
  setting: Setting;
  maySet: boolean;
  historyShown: boolean;
  onHistory: () => void;
}) {
  const id = useId();
  const save = useChange();
  // What was looked at when the typing began: another's change meanwhile must not go unnoticed.
  const [draft, setDraft] = useState<{ value: string; version: number } | null>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ReactNode>("");
  const value = draft?.value ?? setting.value;
  const isDirty = draft !== null && draft.value !== setting.value;
  const words = copy.settings;

  const edit = (next: string) => {
    setDraft({ value: next, version: draft?.version ?? setting.version });
    setError("");
  };
  const forget = () => {
    setDraft(null);
    setError("");
  };

  async function submit(next: string, version: number) {
    const problem = problemWith(setting, next);
    if (problem !== null) {
      setError(problem);
      return;
    }
    setBusy(true);
    setError("");
    try {
      await save(setting.key, next, version);
      setDraft(null);
    } catch (failure) {
      const meanwhile = factsOf<Meanwhile>(failure, "setting_changed_meanwhile");
      if (meanwhile) refresh("settings");
      setError(
        meanwhile ? (
          <Conflict
            setting={setting}
            meanwhile={meanwhile}
            mine={next}
            onTheirs={forget}
            onMine={() => void submit(next, meanwhile.version)}
          />
        ) : slugOf(failure) === "invalid_setting" ? (
          words.invalid
        ) : (
          sentenceOf(failure)
        ),
      );
    } finally {
      setBusy(false);
    }
  }

  const described = classNames(`${id}-means`, error ? `${id}-error` : null);
  return (
    <form
      className="setting"
      noValidate
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        if (draft && isDirty && !busy) void submit(draft.value, draft.version);
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape" && draft) forget();
      }}
    >
      <div className="setting-text">
        {setting.value_type !== "enum" ? (
          <label className="setting-label" htmlFor={id}>
            {setting.label}
          </label>
        ) : (
          <span className="setting-label">{setting.label}</span>
        )}
        <p id={`${id}-means`}>{setting.explanation}</p>
        <p className="setting-who">
          <span className="mono">{setting.key}</span>
          <span>
            {setting.version === 1 ? (
              words.never
            ) : (
              <>
                <At value={setting.updated_at} /> {words.changed(setting.updated_by)}
              </>
            )}
          </span>
          <button
            type="button"
            className="text-button"
            aria-label={words.historyOf(setting.label)}
            aria-pressed={historyShown}
            onClick={onHistory}
          >
            {words.history}
          </button>
        </p>
      </div>
      <div className="setting-value">
        <div className="setting-input">
          {setting.value_type !== "enum" ? (
            <span className={classNames("field-box", Boolean(error) && "field-box-wrong")}>
              <input
                id={id}
                className="field-input figure"
                inputMode={setting.value_type === "integer" ? "numeric" : "text"}
                autoComplete="off"
                value={value}
                readOnly={!maySet}
                aria-invalid={error ? true : undefined}
                aria-describedby={described}
                onChange={({ target }) => edit(target.value.trim())}
              />
              <span className="setting-unit">{setting.unit}</span>
            </span>
          ) : (
            <Choice
              label={setting.label}
              options={(setting.options ?? []).map((option) => ({
                value: option,
                label: words.options[option] ?? option,
              }))}
              value={value}
              disabled={!maySet}
              describedBy={described}
              onChoose={edit}
            />
          )}
          {isDirty && (
            <>
              <Button type="submit" size="small" busy={busy}>
                {words.save}
              </Button>
              <Button kind="quiet" size="small" onClick={forget}>
                {words.reset}
              </Button>
            </>
          )}
        </div>
        {setting.value_type === "integer" && <p className="setting-bounds figure">{boundsOf(setting)}</p>}
        <div id={`${id}-error`} className="field-error" role="alert">
          {error}
        </div>
      </div>
    </form>
  );
}

function Conflict({
  setting,
  meanwhile,
  mine,
  onTheirs,
  onMine,
}: {
  setting: Setting;
  meanwhile: Meanwhile;
  mine: string;
  onTheirs: () => void;
  onMine: () => void;
}) {
  const times = useTimes();
  const now = useServerClock().now();
  const when = `${times.moment(meanwhile.updated_at, now)} ${times.name}`;
  return (
    <>
      <p className="setting-meanwhile">
        {copy.settings.meanwhile(meanwhile.updated_by, shownValue(meanwhile.value, setting.unit), when)}
      </p>
      <span className="setting-conflict">
        <Button kind="secondary" size="small" onClick={onTheirs}>
          {copy.settings.takeTheirs}
        </Button>
        <Button kind="secondary" size="small" onClick={onMine}>
          {copy.settings.keepMine(shownValue(mine, setting.unit))}
        </Button>
      </span>
    </>
  );
}
