import { Button, IconButton } from "@curhat/kit";
import { useId } from "react";
import { useAddress } from "../address/use-address";
import { copy } from "../copy";
import { isDay, moved } from "../time/days";
import { timesAtHome } from "../time/use-times";
import { useToday } from "../time/use-today";
import "./day-picker.css";
import { LeftIcon, RightIcon } from "./icons";

/** The day in the address, in Jakarta; today by default. */
export function useDay(): { day: string; today: string; choose: (day: string) => void } {
  const { params, change } = useAddress();
  const today = useToday(timesAtHome());
  const named = params.get("day");
  const day = isDay(named) && named <= today ? named : today;
  return { day, today, choose: (next) => change({ day: next === today ? null : next }, { replace: true }) };
}

export function DayPicker() {
  const { day, today, choose } = useDay();
  const id = useId();
  return (
    <div className="day-picker">
      <IconButton label={copy.people.previousDay} onClick={() => choose(moved(day, -1))}>
        <LeftIcon />
      </IconButton>
      <label htmlFor={id} className="visually-hidden">
        {copy.people.dayIn}
      </label>
      <input
        id={id}
        type="date"
        value={day}
        max={today}
        onChange={({ target }) => isDay(target.value) && target.value <= today && choose(target.value)}
      />
      <IconButton
        label={copy.people.nextDay}
        aria-disabled={day === today || undefined}
        onClick={() => day !== today && choose(moved(day, 1))}
      >
        <RightIcon />
      </IconButton>
      {day !== today && (
        <Button kind="quiet" size="small" onClick={() => choose(today)}>
          {copy.people.today}
        </Button>
      )}
    </div>
  );
}
