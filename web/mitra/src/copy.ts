/** Every word of the mitra's app. */

import type { MessageListCopy, SignInCopy } from "@curhat/kit";
import type { Chat, Extension } from "./state";

/** Seconds as a wait, in whole minutes once they are many. */
function waitOf(seconds: number): string {
  return seconds < 60 ? `${seconds} detik` : `${Math.ceil(seconds / 60)} menit`;
}

/** "4.000" */
function count(many: number): string {
  return many.toLocaleString("id-ID");
}

const signIn: SignInCopy = {
  page: "Masuk · Curhat Mitra",
  title: "Halo, bestie",
  lead: "Masuk dengan nomor HP yang terdaftar sebagai mitra, lalu temani yang sedang butuh didengar.",
  phone: "Nomor HP",
  phoneHint: "Kami kirim kode sekali pakai ke nomor ini.",
  phoneWrong: "Nomornya belum lengkap. Contoh: 0812\u00a03456\u00a07890.",
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

const messages: MessageListCopy = {
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
};

const endedBecause: Record<NonNullable<Chat["end_reason"]>, (name: string) => string> = {
  time_up: () => "Waktunya sudah habis. Terima kasih sudah menemani.",
  ended_by_customer: (name) => `${name} sudah mengakhiri curhat ini.`,
  ended_by_mitra: () => "Kamu sudah mengakhiri curhat ini.",
  ended_by_operator: () => "Curhat ini diakhiri oleh tim kami.",
  continued: (name) => `${name} melanjutkan curhat ini di sesi yang baru.`,
};

const unanswered: Record<Extension["default_action"], (seconds: number) => string> = {
  auto_approve: (seconds) => `Tidak menjawab dalam ${seconds} detik = otomatis disetujui`,
  auto_reject: (seconds) => `Tidak menjawab dalam ${seconds} detik = otomatis ditolak`,
};

const outcome = {
  approved: "Kamu setuju. Waktunya sudah bertambah.",
  auto_approved: "Disetujui otomatis. Waktunya sudah bertambah.",
  rejected: "Kamu belum bisa menambah waktu. Tidak apa-apa.",
  auto_rejected: "Ditolak otomatis. Waktunya tidak bertambah.",
  other: "Permintaan tambah waktu tidak jadi.",
};

export const copy = {
  signIn,
  messages,
  appName: "Curhat Mitra",
  back: "Kembali",
  close: "Tutup",
  retry: "Coba lagi",
  minutes: (minutes: number) => `${minutes} menit`,
  customer: "Pelanggan",
  signedOut: {
    asked: null,
    expired: "Sesimu sudah berakhir. Masuk lagi untuk melanjutkan.",
    forbidden: "Akun ini tidak bisa dipakai di sini. Masuk dengan nomor lain.",
  },
  failed: {
    title: "Ada yang tidak beres",
    text: "Maaf, aplikasinya tersendat. Obrolanmu tetap aman di server kami.",
    reload: "Muat ulang",
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
  home: {
    page: "Curhat Mitra",
    title: (name: string) => `Hai, ${name}`,
    switch: "Terima permintaan",
    status: {
      online: ["Kamu online", "Pelanggan bisa menemukanmu sekarang."],
      offline: ["Kamu offline", "Nyalakan kalau kamu siap menemani."],
      unreachable: ["Kamu belum terjangkau", "Kamu sudah online, tetapi pelanggan belum bisa menemukanmu."],
      lost: ["Koneksi terputus", "Sementara ini pelanggan mungkin belum bisa menemukanmu."],
    } as Record<"online" | "offline" | "unreachable" | "lost", [string, string]>,
    chats: "Obrolan berjalan",
    none: "Belum ada obrolan yang berjalan.",
    noMessages: "Belum ada pesan",
    typing: "sedang mengetik…",
    you: (text: string) => `Kamu: ${text}`,
    unread: (count: number) => `${count} pesan belum dibaca`,
    left: "Sisa waktu",
    today: "Aktivitas hari ini",
    todaySummary: (chats: number, minutes: number) => `${chats} curhat selesai · ${minutes} menit menemani`,
    todayNone: "Belum ada curhat yang selesai hari ini.",
    todayLoading: "Memuat aktivitas…",
    todayFailed: "Aktivitas belum bisa dimuat.",
    pick: "Pilih obrolan di sebelah kiri untuk membukanya.",
    notify: "Aktifkan notifikasi",
    notifyHint: "Supaya permintaan tetap terlihat saat halaman ini tidak terbuka.",
  },
  request: {
    region: "Yang menunggu jawabanmu",
    general: "Permintaan curhat baru",
    returning: "Ingin curhat lagi denganmu",
    text: (name: string, minutes: number) => `${name} · ${minutes}\u00a0menit`,
    accept: "Terima",
    decline: "Tolak",
    acceptOf: (name: string) => `Terima permintaan ${name}`,
    declineOf: (name: string) => `Tolak permintaan ${name}`,
  },
  extension: {
    title: (name: string) => `${name} minta tambah waktu`,
    minutes: (minutes: number) => `+${minutes} menit`,
    notice: (minutes: number) => `Ada yang minta tambah waktu: +${minutes} menit`,
    approve: "Setujui",
    reject: "Tolak",
    open: "Buka obrolan",
    unanswered,
    outcome,
  },
  notFound: {
    page: "Tidak ditemukan · Curhat Mitra",
    title: "Halaman ini tidak ada",
    text: "Mungkin alamatnya salah, atau curhatnya bukan milik akun ini.",
    home: "Kembali ke beranda",
  },
  chat: {
    page: (name: string) => `${name} · Curhat Mitra`,
    running: (minutes: number) => `Curhat ${minutes} menit`,
    typing: "sedang mengetik…",
    over: "Curhat selesai",
    now: "Yang bisa dilakukan sekarang",
    timeLeft: "Sisa waktu",
    closing: "Hampir selesai…",
    empty: (name: string) => `Kamu terhubung dengan ${name}. Sapa dulu, lalu dengarkan pelan-pelan.`,
    write: "Tulis pesan",
    placeholder: "Tulis pesan…",
    send: "Kirim",
    tooLong: (length: number, most: number) =>
      `Pesannya terlalu panjang: ${count(length)} dari paling banyak ${count(most)} karakter. Bagi jadi beberapa pesan, ya.`,
    fiveMinutes: "Waktu curhat tinggal kurang dari 5 menit.",
    oneMinute: "Waktu curhat tinggal kurang dari 1 menit.",
    end: "Akhiri",
    sure: "Akhiri curhat ini?",
    sureText: "Pelanggan tidak bisa memakai sisa waktunya lagi. Pamit dulu sebelum mengakhiri, ya.",
    yes: "Ya, akhiri",
    no: "Lanjut menemani",
    endedBecause,
    home: "Kembali ke beranda",
  },
  errors: {
    request_already_taken: "Bestie lain sudah lebih dulu menerima permintaan ini. Terima kasih sudah siap!",
    request_expired: "Waktu menjawab permintaan ini sudah habis.",
    request_cancelled: "Pelanggan sudah membatalkan permintaan ini.",
    request_withdrawn: "Permintaan ini tidak ditawarkan lagi kepadamu.",
    request_already_declined: "Kamu sudah menolak permintaan ini.",
    request_not_found: "Permintaan ini sudah tidak ada.",
    offer_not_yours: "Permintaan ini tidak ditawarkan kepadamu.",
    mitra_offline: "Kamu sedang offline. Nyalakan dulu untuk menerima permintaan.",
    mitra_at_capacity: "Obrolanmu sedang penuh. Selesaikan satu dulu sebelum menerima yang baru.",
    account_blocked: "Akun ini sedang tidak bisa dipakai. Hubungi tim kami, ya.",
    extension_expired: "Waktu menjawabnya sudah habis.",
    extension_withdrawn: "Permintaan tambah waktu ini sudah ditarik.",
    extension_already_answered: "Permintaan tambah waktu ini sudah dijawab.",
    extension_not_found: "Permintaan tambah waktu ini sudah tidak ada.",
    chat_ended: "Curhat ini sudah selesai.",
    too_many_requests: "Terlalu sering mencoba. Tunggu sebentar, lalu coba lagi.",
    unreachable: "Koneksi terputus. Cek internetmu, lalu coba lagi.",
    unexpected: "Maaf, ada gangguan di sisi kami. Coba lagi sebentar lagi.",
  } as Record<string, string> & { unexpected: string },
};
