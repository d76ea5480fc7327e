/** The last of a list; `Array.prototype.at` is younger than the browsers meant. */
export function last<One>(list: readonly One[]): One | undefined {
  return list[list.length - 1];
}

/** The last of a list that fits; `Array.prototype.findLast` is younger than the browsers meant. */
export function lastWhere<One>(list: readonly One[], fits: (one: One) => boolean): One | undefined {
  for (let at = list.length - 1; at >= 0; at -= 1) {
    const one = list[at] as One;
    if (fits(one)) return one;
  }
  return undefined;
}
