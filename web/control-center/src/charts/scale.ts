/** Round values from 0 to at least `most`, in about `about` steps. */
export function ticks(most: number, about = 4): number[] {
  if (!(most > 0)) return [0, 1];
  const rough = most / about;
  const power = 10 ** Math.floor(Math.log10(rough));
  const fits = (factor: number) => factor * power >= rough && Number.isInteger(factor * power);
  const step = Math.max(1, ([1, 2, 2.5, 5, 10].find(fits) ?? 10) * power);
  const count = Math.ceil(most / step - 1e-9);
  return Array.from({ length: count + 1 }, (_, at) => at * step);
}

/** Which places get a label of this width: evenly spaced, always the last one. */
export function labelled(places: number, width: number, room: number): (at: number) => boolean {
  const every = Math.max(1, Math.ceil((places * room) / Math.max(width, 1)));
  return (at) => (places - 1 - at) % every === 0;
}

/** Where each part of a stacked bar begins and ends. */
export function stacked(parts: readonly number[]): [number, number][] {
  let below = 0;
  return parts.map((part) => {
    const from = below;
    below += part;
    return [from, below];
  });
}

/** The values without gaps, so that lines do not cross them. */
export function runs(values: readonly (number | null)[]): [number, number][][] {
  const found: [number, number][][] = [];
  let run: [number, number][] = [];
  values.forEach((value, at) => {
    if (value === null) {
      if (run.length > 0) found.push(run);
      run = [];
    } else {
      run.push([at, value]);
    }
  });
  if (run.length > 0) found.push(run);
  return found;
}
