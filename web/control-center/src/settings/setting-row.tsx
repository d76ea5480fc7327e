import { Button, classNames, useServerClock } from "@curhat/kit";
import { useId } from "react";
import { copy } from "../copy";
import type { Setting } from "../shapes";
import { At } from "../time/at";
import { useTimes } from "../time/use-times";
import { Choice } from "../ui/choice";
import { type Meanwhile, useDraft } from "./use-draft";
import { boundsOf, shownValue } from "./values";

const words = copy.settings;

interface Described {
  setting: Setting;
  historyShown: boolean;
  onHistory: () => void;
}

/** One setting. A refusal is shown beside the field. */
export function SettingRow({ setting, maySet, historyShown, onHistory }: Described & { maySet: boolean }) {
  const id = useId();
  const draft = useDraft(setting);
  const { isDirty, busy, refusal } = draft;
  return (
    <form
      className="setting"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (isDirty && !busy) draft.save();
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape") draft.forget();
      }}
    >
      <About id={id} setting={setting} historyShown={historyShown} onHistory={onHistory} />
      <div className="setting-value">
        <div className="setting-input">
          <Input id={id} setting={setting} draft={draft} maySet={maySet} />
          {isDirty && (
            <>
              <Button type="submit" size="small" busy={busy}>
                {words.save}
              </Button>
              <Button kind="quiet" size="small" onClick={draft.forget}>
                {words.reset}
              </Button>
            </>
          )}
        </div>
        {setting.value_type === "integer" && <p className="setting-bounds figure">{boundsOf(setting)}</p>}
        <div id={`${id}-error`} className="field-error" role="alert">
          {refusal === null ? null : "sentence" in refusal ? (
            refusal.sentence
          ) : (
            <Conflict {...refusal} unit={setting.unit} draft={draft} />
          )}
        </div>
      </div>
    </form>
  );
}

function About({ id, setting, historyShown, onHistory }: Described & { id: string }) {
  return (
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
  );
}

type Draft = ReturnType<typeof useDraft>;

function Input({
  id,
  setting,
  draft: { value, refusal, edit },
  maySet,
}: {
  id: string;
  setting: Setting;
  draft: Draft;
  maySet: boolean;
}) {
  const described = classNames(`${id}-means`, refusal && `${id}-error`);
  return setting.value_type !== "enum" ? (
    <span className={classNames("field-box", refusal && "field-box-wrong")}>
      <input
        id={id}
        className="field-input figure"
        inputMode={setting.value_type === "integer" ? "numeric" : "text"}
        autoComplete="off"
        value={value}
        readOnly={!maySet}
        aria-invalid={refusal ? true : undefined}
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
  );
}

/** Another operator has changed the value: take theirs, or overwrite it. */
function Conflict({
  meanwhile,
  mine,
  unit,
  draft,
}: {
  meanwhile: Meanwhile;
  mine: string;
  unit: string | null;
  draft: Draft;
}) {
  const times = useTimes();
  const now = useServerClock().now();
  const when = `${times.moment(meanwhile.updated_at, now)} ${times.name}`;
  return (
    <>
      <p className="setting-meanwhile">
        {words.meanwhile(meanwhile.updated_by, shownValue(meanwhile.value, unit), when)}
      </p>
      <span className="setting-conflict">
        <Button kind="secondary" size="small" onClick={draft.forget}>
          {words.takeTheirs}
        </Button>
        <Button kind="secondary" size="small" onClick={() => draft.insist(mine, meanwhile)}>
          {words.keepMine(shownValue(mine, unit))}
        </Button>
      </span>
    </>
  );
}
