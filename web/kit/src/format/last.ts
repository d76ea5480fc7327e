/** The last of a list; older browsers lack `Array.prototype.at`. */
export function last<One>(list: readonly One[]): One | undefined {
  return list[list.length - 1];
}

/** The last match in a list; older browsers lack `Array.prototype.findLast`. */
export function lastWhere<One>(list: readonly One[], fits: (one: One) => boolean): One | undefined {
  for (let at = list.length - 1; at >= 0; at -= 1) {
    const one = list[at] as One;
    if (fits(one)) return one;
  }
  return undefined;
}
