import {
  type KeyboardEvent,
  type RefObject,
  type SyntheticEvent,
  useEffect,
  useId,
  useRef,
  useState,
} from "react";
import { both } from "../copy";
import { count } from "../format/count";
import { SendIcon } from "../ui/icons";
import "./composer.css";
import { stored, storedInTab } from "../session/storage";

const MOST = 4000;

const copy = both.chat;

/** Where a message is written. Enter sends it, Shift+Enter begins a new line; unsent text survives a reload. */
export function Composer({
  place,
  placeholder,
  onType,
  onSend,
}: {
  /** Where unsent text is stored. */
  place: string;
  placeholder: string;
  onType: () => void;
  onSend: (body: string) => void;
}) {
  const [text, write] = useUnsent(place);
  const field = useRef<HTMLTextAreaElement>(null);
  const id = useId();
  const body = text.trim();
  const length = body.length > MOST ? [...body].length : body.length; // as the service counts
  const wrong = length > MOST ? copy.tooLong(count(length), count(MOST)) : "";

  useFittingHeight(field, text);

  function submit(event: SyntheticEvent) {
    event.preventDefault();
    field.current?.focus();
    if (body === "" || wrong !== "") return;
    onSend(body);
    write("");
  }

  return (
    <form className="composer" onSubmit={submit}>
      <p id={id} className="wrong" role="alert">
        {wrong}
      </p>
      <label className="composer-box">
        <span className="visually-hidden">{copy.write}</span>
        <textarea
          ref={field}
          rows={1}
          aria-invalid={wrong !== "" || undefined}
          aria-describedby={wrong === "" ? undefined : id}
          value={text}
          placeholder={placeholder}
          enterKeyHint="send"
          onKeyDown={(event) => isSending(event) && submit(event)}
          onChange={({ target }) => {
            write(target.value);
            if (target.value !== "") onType();
          }}
        />
      </label>
      <button type="submit" className="composer-send" aria-label={copy.send} title={copy.send}>
        <SendIcon />
      </button>
    </form>
  );
}

/** The text that is not sent yet. Each tab has its own; a new tab begins with the newest. */
function useUnsent(place: string): [string, (text: string) => void] {
  const [text, setText] = useState(() => storedInTab.getItem(place) ?? adopted(place));
  const write = (next: string) => {
    setText(next);
    storedInTab.setItem(place, next);
    if (next === "") stored.removeItem(place);
    else stored.setItem(place, next);
  };
  return [text, write];
}

function adopted(place: string): string {
  const draft = stored.getItem(place) ?? "";
  storedInTab.setItem(place, draft);
  return draft;
}

/** The field is as high as its text. */
function useFittingHeight(field: RefObject<HTMLTextAreaElement | null>, text: string): void {
  const shown = useRef(0);
  useEffect(() => {
    const element = field.current;
    if (!element) return;
    const { style, scrollHeight, clientHeight } = element;
    const shorter = text.length < shown.current;
    shown.current = text.length;
    if (!shorter && style.height !== "" && scrollHeight <= clientHeight) return; // it fits: no new layout
    style.height = "auto";
    style.height = `${element.scrollHeight}px`;
  }, [field, text]);
}

function isSending(event: KeyboardEvent): boolean {
  return event.key === "Enter" && !event.shiftKey && !isComposing(event);
}

/** Whether a key belongs to an input method; Safari says so by the code 229 alone. */
function isComposing({ nativeEvent }: KeyboardEvent): boolean {
  return nativeEvent.isComposing || nativeEvent.keyCode === 229;
}
