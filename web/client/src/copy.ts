/** Every word of the customer's app. */

import type { SignInCopy } from "@curhat/kit";

const signIn: SignInCopy = {
  page: "Masuk · Curhat",
  title: "Hai, senang kamu di sini",
  lead: "Masuk dengan nomor HP, lalu ceritakan apa pun. Ada bestie yang siap mendengarkan.",
  phone: "Nomor HP",
  phoneHint: "Kami kirim kode sekali pakai ke nomor ini.",
  phoneWrong: "Nomornya belum lengkap. Contoh: 0812 3456 7890.",
  send: "Kirim kode",
  codePage: "Masukkan kode · Curhat",
  codeTitle: "Cek pesanmu, ya",
  codeLead: "Kode sudah kami kirim ke",
  code: "Kode sekali pakai",
  codeWrong: "Kodenya belum lengkap.",
  name: "Nama panggilan",
  nameHint: "Nama ini yang dilihat bestie. Tidak harus nama asli.",
  enter: "Masuk",
  again: "Kirim ulang kode",
  againIn: (seconds) => `Kirim ulang kode (${seconds})`,
  otherNumber: "Ganti nomor",
  errors: {
    unreachable: "Koneksi terputus. Cek internetmu, lalu coba lagi.",
    unexpected: "Maaf, ada gangguan di sisi kami. Coba lagi sebentar lagi.",
  },
};

export const copy = {
  signIn,
  signedOut: {
    asked: null,
    expired: "Sesimu sudah berakhir. Masuk lagi untuk melanjutkan.",
    forbidden: "Akun ini tidak bisa dipakai di sini. Masuk dengan nomor lain.",
  },
  failed: {
    title: "Ada yang tidak beres",
    text: "Maaf, aplikasinya tersendat. Obrolan dan pembayaranmu tetap aman di server kami.",
    reload: "Muat ulang",
  },
  signOut: "Keluar",
} as const;
