import { type RefObject, useEffect, useId, useRef, useState } from "react";
import { SearchIcon } from "./icons";
import "./search-field.css";

const PAUSE_MS = 300;

/** A search field, debounced. "/" focuses it. */
export function SearchField({
  label,
  value,
  onSearch,
  shortcut = true,
  autoFocus = false,
}: {
  label: string;
  value: string;
  onSearch: (text: string) => void;
  shortcut?: boolean;
  autoFocus?: boolean;
}) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const { text, type, tell } = useSearch(value, onSearch);
  useSlash(shortcut, input);
  return (
    <search className="search-field">
      <SearchIcon />
      <label htmlFor={id} className="visually-hidden">
        {label}
      </label>
      <input
        id={id}
        ref={input}
        type="search"
        autoComplete="off"
        spellCheck={false}
        // biome-ignore lint/a11y/noAutofocus: only where searching is what was asked for
        autoFocus={autoFocus}
        placeholder={label}
        value={text}
        onChange={({ target }) => type(target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter") tell();
        }}
      />
    </search>
  );
}

/** The text, passed on after a pause, or at once by `tell`. */
function useSearch(value: string, onSearch: (text: string) => void) {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const told = useRef(value);
  const search = useRef(onSearch);
  search.current = onSearch; // other filters may have changed since the typing began
  const [text, setText] = useState(value);

  useEffect(() => {
    if (value === told.current) return;
    told.current = value; // changed from elsewhere: by going back, or by a reset
    setText(value);
  }, [value]);

  useEffect(() => () => clearTimeout(timer.current), []);

  const tell = (next = text) => {
    clearTimeout(timer.current);
    const wanted = next.trim();
    if (wanted === told.current) return;
    told.current = wanted;
    search.current(wanted);
  };
  const type = (next: string) => {
    setText(next);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => tell(next), PAUSE_MS);
  };
  return { text, type, tell };
}

/** "/" focuses the field unless another one has the focus. */
function useSlash(on: boolean, input: RefObject<HTMLInputElement | null>): void {
  useEffect(() => {
    if (!on) return;
    const press = (event: KeyboardEvent) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || isTyping(event.target)) return;
      event.preventDefault();
      input.current?.select();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [on, input]);
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]") !== null
  );
}
