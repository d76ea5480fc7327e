import { slugOf } from "@curhat/kit";
import { useState } from "react";
import { copy } from "../copy";
import { refresh } from "../live/live";
import type { Setting } from "../shapes";
import { factsOf, sentenceOf } from "../words";
import { useChange } from "./use-change";
import { problemWith } from "./values";

/** Another operator's change, made while this one was typed. */
export interface Meanwhile {
  value: string;
  version: number;
  updated_by: string;
  updated_at: string;
}

type Refusal = { sentence: string } | { meanwhile: Meanwhile; mine: string };

/** A setting's value while it is edited. */
export function useDraft(setting: Setting) {
  const save = useChange();
  // The version stays that of the first keystroke, so that another operator's change is detected.
  const [draft, setDraft] = useState<{ value: string; version: number } | null>(null);
  const [busy, setBusy] = useState(false);
  const [refusal, setRefusal] = useState<Refusal | null>(null);

  async function submit(value: string, version: number) {
    const problem = problemWith(setting, value);
    setRefusal(problem === null ? null : { sentence: problem });
    if (problem !== null) return;
    setBusy(true);
    try {
      await save(setting.key, value, version);
      setDraft(null);
    } catch (failure) {
      const meanwhile = factsOf<Meanwhile>(failure, "setting_changed_meanwhile");
      if (meanwhile) refresh("settings");
      const invalid = slugOf(failure) === "invalid_setting";
      setRefusal(
        meanwhile
          ? { meanwhile, mine: value }
          : { sentence: invalid ? copy.settings.invalid : sentenceOf(failure) },
      );
    } finally {
      setBusy(false);
    }
  }

  return {
    value: draft?.value ?? setting.value,
    isDirty: draft !== null && draft.value !== setting.value,
    busy,
    refusal,
    edit: (value: string) => {
      setDraft({ value, version: draft?.version ?? setting.version });
      setRefusal(null);
    },
    forget: () => {
      setDraft(null);
      setRefusal(null);
    },
    save: () => draft && void submit(draft.value, draft.version),
    /** Overwrites another operator's change. */
    insist: (value: string, over: Meanwhile) => void submit(value, over.version),
  };
}
