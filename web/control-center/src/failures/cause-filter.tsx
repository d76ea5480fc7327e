import { Button } from "@curhat/kit";
import { useId } from "react";
import { copy } from "../copy";
import { CAUSES, type CauseTag } from "../shapes";
import { DownIcon } from "../ui/icons";

/** The causes to show; none means all. */
export function CauseFilter({
  causes,
  onChange,
}: {
  causes: readonly CauseTag[];
  onChange: (causes: CauseTag[]) => void;
}) {
  const id = useId();
  const [only] = causes;
  const shown =
    only === undefined
      ? copy.failures.allCauses
      : causes.length === 1
        ? copy.causes[only]
        : copy.failures.someCauses(causes.length);
  return (
    <>
      <span className="visually-hidden" id={`${id}-label`}>
        {copy.failures.causes}
      </span>
      <Button
        kind="secondary"
        id={`${id}-button`}
        className="filter-button"
        aria-labelledby={`${id}-label ${id}-button`}
        popoverTarget={id}
      >
        {shown}
        <DownIcon />
      </Button>
      <div id={id} popover="auto" className="menu causes-menu">
        <fieldset>
          <legend className="visually-hidden">{copy.failures.causes}</legend>
          {CAUSES.map((tag) => (
            <label key={tag} className="causes-option">
              <input
                type="checkbox"
                checked={causes.includes(tag)}
                onChange={({ target }) =>
                  onChange(CAUSES.filter((one) => (one === tag ? target.checked : causes.includes(one))))
                }
              />
              <span>
                {copy.causes[tag]}
                <small className="mono">{tag}</small>
              </span>
            </label>
          ))}
        </fieldset>
        <Button kind="quiet" size="small" wide unavailable={causes.length === 0} onClick={() => onChange([])}>
          {copy.failures.clearCauses}
        </Button>
      </div>
    </>
  );
}
