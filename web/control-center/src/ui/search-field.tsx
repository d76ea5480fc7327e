import { useEffect, useId, useRef, useState } from "react";
import { SearchIcon } from "./icons";
import "./search-field.css";

const PAUSE_MS = 300;

/** Something to search for, told when the typing pauses. "/" puts the cursor here. */
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
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const told = useRef(value);
  const search = useRef(onSearch);
  search.current = onSearch; // what else was chosen since the typing still holds
  const [text, setText] = useState(value);

  useEffect(() => {
    if (value === told.current) return;
    told.current = value; // changed from elsewhere: by going back, or by a reset
    setText(value);
  }, [value]);

  useEffect(() => {
    if (!shortcut) return;
    const press = (event: KeyboardEvent) => {
      if (event.key !== "/" || event.ctrlKey || event.metaKey || isTyping(event.target)) return;
      event.preventDefault();
      input.current?.select();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [shortcut]);

  useEffect(() => () => clearTimeout(timer.current), []);

  const tell = (next: string) => {
    clearTimeout(timer.current);
    if (next === told.current) return;
    told.current = next;
    search.current(next);
  };

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
        onChange={({ target }) => {
          setText(target.value);
          clearTimeout(timer.current);
          timer.current = setTimeout(() => tell(target.value.trim()), PAUSE_MS);
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter") tell(text.trim());
        }}
      />
    </search>
  );
}

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.closest("input, textarea, select, [contenteditable]") !== null
  );
}
