import { useId } from "react";
import { copy } from "../copy";
import { Times } from "./times";
import { useTimes } from "./use-times";
import { chooseZone, ownZone, ZONES } from "./zone";

export function ZonePicker() {
  const times = useTimes();
  const id = useId();
  const zones = [...new Set([...ZONES, ownZone(), times.zone])];
  return (
    <div className="zone-picker">
      <label htmlFor={id}>{copy.zone.label}</label>
      <select id={id} value={times.zone} onChange={(event) => chooseZone(event.target.value)}>
        {zones.map((zone) => (
          <option key={zone} value={zone}>
            {copy.zone.option(new Times(zone).name, zone)}
          </option>
        ))}
      </select>
    </div>
  );
}
