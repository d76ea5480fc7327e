import { Spinner } from "@curhat/kit";
import { useState } from "react";
import { setOnline } from "./actions";
import { copy } from "./copy";
import { sentenceOf } from "./sentence";
import type { State } from "./state";

/** The online switch, and whether customers can find the mitra: that needs a connection too. */
export function Switch({ state, lost }: { state: State; lost: boolean }) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState("");
  const status = lost && state.online ? "lost" : state.presence;
  const [title, text] = copy.home.status[status];

  async function turn() {
    setBusy(true);
    setError("");
    try {
      await setOnline(!state.online);
    } catch (failure) {
      setError(sentenceOf(failure));
    }
    setBusy(false);
  }

  return (
    <section className="presence" data-status={status}>
      <div className="presence-line">
        <div role="status">
          <p className="presence-title">{title}</p>
          <p className="presence-text">{text}</p>
        </div>
        <button
          type="button"
          role="switch"
          className="switch"
          aria-checked={state.online}
          aria-label={copy.home.switch}
          aria-busy={busy || undefined}
          onClick={busy ? undefined : () => void turn()}
        >
          <span className="switch-knob">{busy && <Spinner />}</span>
        </button>
      </div>
      {state.forcedOffline && (
        <div className="presence-forced" role="status">
          <p>{copy.home.forcedOffline[state.forcedOffline.by]}</p>
          {state.forcedOffline.by === "operator" && state.forcedOffline.note && (
            <blockquote>{state.forcedOffline.note}</blockquote>
          )}
        </div>
      )}
      <p className="wrong" role="alert">
        {error}
      </p>
    </section>
  );
}
