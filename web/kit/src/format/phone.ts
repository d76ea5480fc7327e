/** What somebody types as their number, as the service wants it: "0812 3456-7890" as "+6281234567890".
 *
 * Null when it cannot be a phone number: E.164 has 8 to 15 digits.
 */
export function phoneNumber(typed: string): string | null {
  const compact = typed.replace(/[\s().-]/g, "");
  if (!/^\+?\d+$/.test(compact)) return null;
  const international = compact.startsWith("+")
    ? compact
    : compact.startsWith("0")
      ? `+62${compact.slice(1)}`
      : compact.startsWith("62")
        ? `+${compact}`
        : `+62${compact}`;
  return /^\+[1-9]\d{7,14}$/.test(international) ? international : null;
}

/** "+6281234567890" as "+62 812-3456-7890". */
export function shownPhone(phone: string): string {
  const match = /^\+62(\d{3})(\d{3,4})(\d+)$/.exec(phone);
  return match ? `+62 ${match[1]}-${match[2]}-${match[3]}` : phone;
}
