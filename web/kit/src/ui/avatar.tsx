import "./avatar.css";
import { classNames } from "./class-names";

/** A person's initial; the name is written beside it. */
export function Avatar({ name, size = "normal" }: { name: string; size?: "normal" | "large" }) {
  const tone = [...name].reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0) % 4;
  return (
    <span className={classNames("avatar", `avatar-${size}`, `avatar-tone-${tone}`)} aria-hidden="true">
      {[...name.trim()][0]?.toUpperCase()}
    </span>
  );
}
