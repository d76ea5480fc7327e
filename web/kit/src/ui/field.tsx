import { type ComponentProps, type ReactNode, useId } from "react";
import "./field.css";
import { classNames } from "./class-names";

export interface FieldProps extends ComponentProps<"input"> {
  label: ReactNode;
  hint?: ReactNode;
  /** What is wrong with the value. */
  error?: ReactNode;
  /** Shown before the text, such as "+62". */
  prefix?: string;
}

/** A text field with label, hint and error. */
export function Field({ label, hint, error, prefix, className, id, ...rest }: FieldProps) {
  const made = useId();
  const input = id ?? made;
  const hintId = hint ? `${input}-hint` : undefined;
  const errorId = error ? `${input}-error` : undefined;
  return (
    <div className={classNames("field", className)}>
      <label htmlFor={input} className="field-label">
        {label}
      </label>
      <div className={classNames("field-box", Boolean(error) && "field-box-wrong")}>
        {prefix && (
          <span className="field-prefix" aria-hidden="true">
            {prefix}
          </span>
        )}
        <input
          {...rest}
          id={input}
          className="field-input"
          aria-invalid={error ? true : undefined}
          aria-describedby={classNames(errorId, hintId) || undefined}
        />
      </div>
      {hint && (
        <p id={hintId} className="field-hint">
          {hint}
        </p>
      )}
      {/* Always in the page, so that a change is read aloud. */}
      <p id={errorId} className="field-error" role="alert">
        {error}
      </p>
    </div>
  );
}
