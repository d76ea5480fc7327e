import { classNames } from "@curhat/kit";
import { type ComponentProps, useId } from "react";

/** A text area with label, hint and error, like the kit's `Field`. */
export function TextArea({
  label,
  hint,
  error,
  ...rest
}: ComponentProps<"textarea"> & { label: string; hint?: string | undefined; error?: string }) {
  const input = useId();
  const hintId = hint ? `${input}-hint` : undefined;
  const errorId = error ? `${input}-error` : undefined;
  return (
    <div className="field">
      <label htmlFor={input} className="field-label">
        {label}
      </label>
      <div className={classNames("field-box", Boolean(error) && "field-box-wrong")}>
        <textarea
          rows={3}
          {...rest}
          id={input}
          className="field-input text-area"
          aria-invalid={error ? true : undefined}
          aria-describedby={classNames(errorId, hintId) || undefined}
        />
      </div>
      {hint && (
        <p id={hintId} className="field-hint">
          {hint}
        </p>
      )}
      <p id={errorId} className="field-error" role="alert">
        {error}
      </p>
    </div>
  );
}
