/** Every word of the control center. */
export const copy = {
  signIn: {
    page: "Masuk · Curhat Control Center",
    title: "Control Center",
    lead: "Masuk dengan akun operatormu.",
    email: "E-mail",
    password: "Kata sandi",
    missing: "Isi e-mail dan kata sandi.",
    enter: "Masuk",
    errors: {
      invalid_credentials: "E-mail atau kata sandi tidak cocok.",
      unreachable: "Server tidak dapat dihubungi. Periksa koneksi, lalu coba lagi.",
      unexpected: "Ada gangguan di server. Coba lagi sebentar lagi.",
    } as Record<string, string> & { unexpected: string },
  },
  signedOut: {
    asked: null,
    expired: "Sesimu sudah berakhir. Masuk lagi untuk melanjutkan.",
    forbidden: "Akun ini tidak punya akses ke control center.",
  },
  failed: {
    title: "Ada yang tidak beres",
    text: "Halaman ini tersendat. Muat ulang untuk melanjutkan.",
    reload: "Muat ulang",
  },
  signOut: "Keluar",
} as const;
