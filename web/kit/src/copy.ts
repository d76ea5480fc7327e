/** The copy that the customer's and the mitra's app share. */

/** A wait, in minutes from one minute on. */
function waitOf(seconds: number): string {
  return seconds < 60 ? `${seconds} detik` : `${Math.ceil(seconds / 60)} menit`;
}

/** Further fields of some sign-in refusals. */
export interface Facts {
  tries_left: number;
  /** Seconds. */
  retry_after: number;
  /** The number as the service reads it. */
  phone: string;
}

/** By slug of the refusal; `unexpected` for every other. */
const signInErrors: Record<string, string | ((facts: Facts) => string)> & { unexpected: string } = {
  invalid_phone: "Nomornya belum benar. Contoh: 0812\u00a03456\u00a07890.",
  phone_country_not_served: "Kode belum bisa dikirim ke nomor dari negara ini.",
  phone_not_mobile: "Kode hanya bisa dikirim ke nomor HP.",
  codes_ran_out: ({ retry_after }) =>
    `Kode sedang tidak bisa dikirim. Coba lagi ${waitOf(retry_after)} lagi.`,
  otp_wrong: ({ tries_left }) => `Kodenya tidak cocok. Sisa ${tries_left} percobaan.`,
  otp_expired: "Kodenya sudah tidak berlaku. Minta kode baru, ya.",
  otp_not_sent: "Kodenya belum bisa dikirim. Coba lagi sebentar lagi.",
  sign_in_locked: ({ retry_after }) => `Terlalu banyak percobaan. Coba lagi ${waitOf(retry_after)} lagi.`,
  too_many_requests: ({ retry_after }) => `Terlalu sering mencoba. Coba lagi ${waitOf(retry_after)} lagi.`,
  account_blocked: "Akun ini sedang tidak bisa dipakai. Hubungi tim kami, ya.",
  display_name_required: "Tulis nama panggilanmu dulu, ya.",
  display_name_invalid: "Nama paling panjang 60 huruf, dalam satu baris.",
  display_name_reserved: "Nama ini mirip nama tim kami. Pilih nama lain, ya.",
  unreachable: "Koneksi terputus. Cek internetmu, lalu coba lagi.",
  unexpected: "Maaf, ada gangguan di sisi kami. Coba lagi sebentar lagi.",
};

export const both = {
  back: "Kembali",
  close: "Tutup",
  retry: "Coba lagi",
  goHome: "Kembali ke beranda",
  minutes: (minutes: number) => `${minutes} menit`,
  signedOut: {
    asked: null,
    expired: "Sesimu sudah berakhir. Masuk lagi untuk melanjutkan.",
    forbidden: "Akun ini tidak bisa dipakai di sini. Masuk dengan nomor lain.",
  },
  connection: {
    lost: "Koneksi terputus. Kami sambungkan lagi…",
    loading: "Sebentar, ya…",
    loadingLost: "Belum tersambung. Kami coba terus.",
  },
  account: {
    open: "Akun",
    title: "Akunmu",
    signOut: "Keluar",
  },
  notFound: {
    title: "Halaman ini tidak ada",
    text: "Mungkin alamatnya salah, atau curhatnya bukan milik akun ini.",
  },
  signIn: {
    phone: "Nomor HP",
    phoneHint: "Kami kirim kode sekali pakai ke nomor ini.",
    send: "Kirim kode",
    codeTitle: "Cek pesanmu, ya",
    codeLead: "Kode sudah kami kirim ke",
    code: "Kode 6 angka",
    codeWrong: "Kodenya 6 angka.",
    nameTitle: "Kami panggil kamu siapa?",
    name: "Nama panggilan",
    nameWrong: "Tulis nama panggilanmu dulu, ya.",
    enter: "Masuk",
    again: "Kirim ulang kode",
    againIn: (seconds: number) => `Kirim ulang kode (${seconds})`,
    sentAgain: "Kode baru sudah dikirim.",
    otherNumber: "Ganti nomor",
    errors: signInErrors,
  },
  messages: {
    log: "Isi obrolan",
    me: "Kamu",
    sending: "Menunggu terkirim",
    sent: "Terkirim",
    read: "Dibaca",
    refused: "Tidak terkirim",
    discard: "Hapus",
    newest: "Ke pesan terbaru",
    loading: "Memuat obrolan…",
    failed: "Obrolan belum bisa dimuat. Kami coba lagi…",
  },
  chat: {
    typing: "sedang mengetik…",
    over: "Curhat selesai",
    timeLeft: "Sisa waktu",
    closing: "Hampir selesai…",
    write: "Tulis pesan",
    send: "Kirim",
    tooLong: (length: string, most: string) =>
      `Pesannya terlalu panjang: ${length} dari paling banyak ${most} karakter. Bagi jadi beberapa pesan, ya.`,
    end: "Akhiri",
    sure: "Akhiri curhat ini?",
    yes: "Ya, akhiri",
  },
  errors: {
    chat_ended: "Curhat ini sudah selesai.",
    account_blocked: "Akun ini sedang tidak bisa dipakai. Hubungi tim kami, ya.",
    too_many_requests: "Terlalu sering mencoba. Tunggu sebentar, lalu coba lagi.",
    unreachable: "Koneksi terputus. Cek internetmu, lalu coba lagi.",
    unexpected: "Maaf, ada gangguan di sisi kami. Coba lagi sebentar lagi.",
  },
};
