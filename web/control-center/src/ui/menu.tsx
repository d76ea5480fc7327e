import { Button } from "@curhat/kit";
import { type KeyboardEvent, type ReactNode, useId, useRef } from "react";
import { DownIcon } from "./icons";
import "./menu.css";

export interface MenuItem {
  key: string;
  label: string;
  hint?: string;
  onChoose: () => void;
}

/** A button with a menu: arrow keys move in it, Escape or a click elsewhere closes it. */
export function Menu({ label, children, items }: { label: string; children: ReactNode; items: MenuItem[] }) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);

  return (
    <>
      <Button
        kind="secondary"
        size="small"
        className="menu-button"
        aria-label={label}
        aria-haspopup="menu"
        popoverTarget={id}
      >
        {children}
        <DownIcon />
      </Button>
      <div
        id={id}
        ref={list}
        popover="auto"
        role="menu"
        tabIndex={-1}
        aria-label={label}
        className="menu"
        onKeyDown={move}
        onToggle={(event) => {
          if (event.newState === "open") itemsOf(event.currentTarget)[0]?.focus();
        }}
      >
        {items.map(({ key, label, hint, onChoose }) => (
          <button
            key={key}
            type="button"
            role="menuitem"
            tabIndex={-1}
            className="menu-item"
            onClick={() => {
              list.current?.hidePopover();
              onChoose();
            }}
          >
            {label}
            {hint && <small>{hint}</small>}
          </button>
        ))}
      </div>
    </>
  );
}

function itemsOf(list: HTMLElement): HTMLElement[] {
  return [...list.querySelectorAll<HTMLElement>("[role=menuitem]")];
}

/** Arrow keys move the focus; Tab closes the menu. */
function move(event: KeyboardEvent<HTMLElement>): void {
  const all = itemsOf(event.currentTarget);
  const at = all.indexOf(document.activeElement as HTMLElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
  if (event.key === "Tab") event.currentTarget.hidePopover();
  if (to === undefined) return;
  event.preventDefault();
  all[(to + all.length) % all.length]?.focus();
}
