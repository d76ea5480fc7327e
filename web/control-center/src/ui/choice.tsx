import { classNames } from "@curhat/kit";
import { type ReactNode, useId } from "react";
import "./choice.css";

export interface Option<Value extends string> {
  value: Value;
  label: ReactNode;
  /** Beside the label, such as a number. */
  more?: ReactNode;
}

/** A choice of a few visible options. */
export function Choice<Value extends string>({
  label,
  options,
  value,
  onChoose,
  disabled = false,
  describedBy,
}: {
  label: string;
  options: readonly Option<Value>[];
  value: Value;
  onChoose: (value: Value) => void;
  disabled?: boolean;
  describedBy?: string | undefined;
}) {
  const name = useId();
  return (
    <fieldset className="choice" disabled={disabled} aria-describedby={describedBy}>
      <legend className="visually-hidden">{label}</legend>
      {options.map((option) => (
        <label key={option.value} className={classNames(option.value === value && "choice-chosen")}>
          <input
            type="radio"
            name={name}
            value={option.value}
            checked={option.value === value}
            onChange={() => onChoose(option.value)}
          />
          <span>{option.label}</span>
          {option.more !== undefined && <small>{option.more}</small>}
        </label>
      ))}
    </fieldset>
  );
}
