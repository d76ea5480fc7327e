/** "+6281234567890" as "+62 812-3456-7890". */
export function shownPhone(phone: string): string {
  const match = /^\+62(\d{3})(\d{3,4})(\d+)$/.exec(phone);
  return match ? `+62 ${match[1]}-${match[2]}-${match[3]}` : phone;
}
