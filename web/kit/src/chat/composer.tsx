import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { count } from "../format/count";
import { SendIcon } from "../ui/icons";
import "./composer.css";
import { stored, storedInTab } from "../session/storage";

const MOST = 4000;

/** What a tab begins with that has no draft of its own; it is that tab's from then on. */
function adopted(place: string): string {
  const draft = stored.getItem(place) ?? "";
  storedInTab.setItem(place, draft);
  return draft;
}

/** Where a message is written. Enter sends it, Shift and Enter begin a new line; what is not sent stays through a reload. */
export function Composer({
  place,
  label,
  placeholder,
  send,
  tooLong,
  onType,
  onSend,
}: {
  /** Where the text stands that is not sent yet: each tab has its own, and a new one begins with the newest. */
  place: string;
  label: string;
  placeholder: string;
  send: string;
  /** Said of a text that is longer than a message may be: none is cut off unseen. */
  tooLong: (length: string, most: string) => string;
  onType: () => void;
  onSend: (body: string) => void;
}) {
  const [text, setText] = useState(() => storedInTab.getItem(place) ?? adopted(place));
  const field = useRef<HTMLTextAreaElement>(null);
  const shown = useRef(0);
  const id = useId();
  const body = text.trim();
  const length = body.length > MOST ? [...body].length : body.length; // as the service counts
  const wrong = length > MOST ? tooLong(count(length), count(MOST)) : "";

  useEffect(() => {
    const element = field.current;
    if (!element) return;
    const { style, scrollHeight, clientHeight } = element;
    const shorter = text.length < shown.current;
    shown.current = text.length;
    if (!shorter && style.height !== "" && scrollHeight <= clientHeight) return; // a longer text that fits: no layout anew
    style.height = "auto";
    style.height = `${element.scrollHeight}px`;
  }, [text]);

  function write(next: string) {
    setText(next);
    storedInTab.setItem(place, next);
    if (next === "") stored.removeItem(place);
    else stored.setItem(place, next);
  }

  function submit() {
    field.current?.focus();
    if (body === "" || wrong !== "") return;
    onSend(body);
    write("");
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key !== "Enter" || event.shiftKey || isComposing(event)) return;
    event.preventDefault();
    submit();
  }

  return (
    <form
      className="composer"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <p id={id} className="wrong" role="alert">
        {wrong}
      </p>
      <label className="composer-box">
        <span className="visually-hidden">{label}</span>
        <textarea
          ref={field}
          rows={1}
          aria-invalid={wrong !== "" || undefined}
          aria-describedby={wrong === "" ? undefined : id}
          value={text}
          placeholder={placeholder}
          enterKeyHint="send"
          onKeyDown={onKeyDown}
          onChange={({ target }) => {
            write(target.value);
            if (target.value !== "") onType();
          }}
        />
      </label>
      <button type="submit" className="composer-send" aria-label={send} title={send}>
        <SendIcon />
      </button>
    </form>
  );
}

/** Whether a key belongs to the keyboard's own writing of a word; Safari says so by the code 229 alone. */
function isComposing({ nativeEvent }: KeyboardEvent): boolean {
  return nativeEvent.isComposing || nativeEvent.keyCode === 229;
}
