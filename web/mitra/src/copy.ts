/** Every word of the mitra's app. */

import type { SignInCopy } from "@curhat/kit";

/** Seconds as a wait, in whole minutes once they are many. */
function waitOf(seconds: number): string {
  return seconds < 60 ? `${seconds} detik` : `${Math.ceil(seconds / 60)} menit`;
}

const signIn: SignInCopy = {
  page: "Masuk · Curhat Mitra",
  title: "Halo, bestie",
  lead: "Masuk dengan nomor HP yang terdaftar sebagai mitra, lalu temani yang sedang butuh didengar.",
  phone: "Nomor HP",
  phoneHint: "Kami kirim kode sekali pakai ke nomor ini.",
  phoneWrong: "Nomornya belum lengkap. Contoh: 0812 3456 7890.",
  send: "Kirim kode",
  codePage: "Masukkan kode · Curhat Mitra",
  codeTitle: "Cek pesanmu, ya",
  codeLead: "Kode sudah kami kirim ke",
  code: "Kode 6 angka",
  codeWrong: "Kodenya 6 angka.",
  namePage: "Kenalan dulu · Curhat Mitra",
  nameTitle: "Kami panggil kamu siapa?",
  nameLead: "Nama ini yang dilihat pelanggan.",
  name: "Nama panggilan",
  nameWrong: "Tulis nama panggilanmu dulu, ya.",
  enter: "Masuk",
  again: "Kirim ulang kode",
  againIn: (seconds) => `Kirim ulang kode (${seconds})`,
  sentAgain: "Kode baru sudah dikirim.",
  otherNumber: "Ganti nomor",
  errors: {
    invalid_phone: "Nomor ini tidak dikenali. Coba cek lagi.",
    otp_wrong: ({ tries_left }) => `Kodenya tidak cocok. Sisa ${tries_left} percobaan.`,
    otp_expired: "Kodenya sudah tidak berlaku. Minta kode baru, ya.",
    otp_not_sent: "Kodenya belum bisa dikirim. Coba lagi sebentar lagi.",
    sign_in_locked: ({ retry_after }) => `Terlalu banyak percobaan. Coba lagi ${waitOf(retry_after)} lagi.`,
    too_many_requests: ({ retry_after }) => `Terlalu sering mencoba. Coba lagi ${waitOf(retry_after)} lagi.`,
    account_blocked: "Akun ini sedang tidak bisa dipakai. Hubungi tim kami, ya.",
    display_name_invalid: "Nama paling panjang 60 huruf, dalam satu baris.",
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
