/** Every word of the customer's app. */

import { apart, type MessageListCopy, type SignInCopy } from "@curhat/kit";
import type { Chat, Failure } from "./state";

/** Seconds as a wait, in whole minutes once they are many. */
function waitOf(seconds: number): string {
  return seconds < 60 ? `${seconds} detik` : `${Math.ceil(seconds / 60)} menit`;
}

const signIn: SignInCopy = {
  page: "Masuk · Curhat",
  title: "Hai, senang kamu di sini",
  lead: "Masuk dengan nomor HP, lalu ceritakan apa pun. Ada bestie yang siap mendengarkan.",
  phone: "Nomor HP",
  phoneHint: "Kami kirim kode sekali pakai ke nomor ini.",
  send: "Kirim kode",
  codePage: "Masukkan kode · Curhat",
  codeTitle: "Cek pesanmu, ya",
  codeLead: "Kode sudah kami kirim ke",
  code: "Kode 6 angka",
  codeWrong: "Kodenya 6 angka.",
  namePage: "Kenalan dulu · Curhat",
  nameTitle: "Kami panggil kamu siapa?",
  nameLead: "Nama ini yang dilihat bestie. Tidak harus nama asli.",
  name: "Nama panggilan",
  nameWrong: "Tulis nama panggilanmu dulu, ya.",
  enter: "Masuk",
  again: "Kirim ulang kode",
  againIn: (seconds) => `Kirim ulang kode (${seconds})`,
  sentAgain: "Kode baru sudah dikirim.",
  otherNumber: "Ganti nomor",
  errors: {
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
  time_up: () => "Waktu curhat sudah habis. Terima kasih sudah berbagi cerita.",
  ended_by_customer: () => "Kamu sudah mengakhiri curhat ini.",
  ended_by_mitra: (name) => `${apart(name)} sudah mengakhiri curhat ini.`,
  ended_by_operator: () => "Curhat ini diakhiri oleh tim kami.",
  continued: () => "Curhat ini berlanjut di sesi yang baru.",
};

const failedBecause: Partial<Record<Failure["cause_tag"], string>> = {
  all_mitras_rejected: "Semua bestie yang tersedia sedang tidak bisa menerima curhat.",
  payment_session_expired: "Waktu pembayarannya habis sebelum ada bestie yang menerima.",
};

const unavailableBecause: Partial<Record<Failure["cause_tag"], (name: string) => string>> = {
  targeted_mitra_offline: (name) => `${apart(name)} sedang tidak bisa dihubungi.`,
  targeted_mitra_rejected: (name) => `${apart(name)} sedang tidak bisa menemanimu.`,
  targeted_mitra_timeout: (name) => `${apart(name)} belum sempat menjawab.`,
};

const outcome = {
  approved: (name: string) => `${apart(name)} setuju. Waktu curhatmu sudah bertambah.`,
  autoApproved: "Disetujui otomatis. Waktu curhatmu sudah bertambah.",
  targeted_mitra_rejected: (name: string) =>
    `${apart(name)} belum bisa menambah waktu. Kamu tidak dikenai biaya.`,
  targeted_mitra_timeout: (name: string) => `${apart(name)} belum sempat menjawab. Kamu tidak dikenai biaya.`,
  targeted_mitra_offline: (name: string) =>
    `Koneksi ${apart(name)} terputus, jadi waktunya tidak bertambah. Kamu tidak dikenai biaya.`,
  other: "Waktunya tidak jadi ditambah. Kamu tidak dikenai biaya.",
};

export const copy = {
  signIn,
  messages,
  back: "Kembali",
  close: "Tutup",
  retry: "Coba lagi",
  goHome: "Kembali ke beranda",
  unnamed: "Bestie",
  minutes: (minutes: number) => `${minutes} menit`,
  free: "Gratis",
  signedOut: {
    asked: null,
    expired: "Sesimu sudah berakhir. Masuk lagi untuk melanjutkan.",
    forbidden: "Akun ini tidak bisa dipakai di sini. Masuk dengan nomor lain.",
  },
  crashed: {
    title: "Ada yang tidak beres",
    text: "Maaf, aplikasinya tersendat. Obrolan dan pembayaranmu tetap aman di server kami.",
    reload: "Muat ulang",
  },
  connection: {
    lost: "Koneksi terputus. Kami sambungkan lagi…",
    loading: "Sebentar, ya…",
    loadingLost: "Belum tersambung. Kami coba terus.",
  },
  notFound: {
    page: "Tidak ditemukan · Curhat",
    title: "Halaman ini tidak ada",
    text: "Mungkin alamatnya salah, atau curhatnya bukan milik akun ini.",
  },
  account: {
    open: "Akun",
    title: "Akunmu",
    signOut: "Keluar",
  },
  homeScreen: {
    page: "Curhat",
    greeting: (name: string) => `Hai, ${apart(name)}`,
    title: "Mau cerita apa hari ini?",
    lead: "Tenang, di sini kamu didengarkan tanpa dihakimi.",
    start: "Mulai Curhat",
    nobody: "Belum ada bestie tersedia",
    available: (count: number) =>
      count === 1 ? "1 bestie siap mendengarkan" : `${count} bestie siap mendengarkan`,
    trial: (minutes: number) => `Sesi pertama ${minutes} menit, gratis`,
    history: "Riwayat curhat",
    historyHint: "Baca lagi, atau curhat lagi dengan bestie yang sama",
    running: (name: string) => `Curhat dengan ${apart(name)} sedang berlangsung`,
    left: "Sisa waktu",
    resume: "Lanjutkan curhat",
    failedTitle: (amount: string) => `Pembayaran ${amount} sedang kami tinjau`,
    failedText:
      "Sesinya tidak jadi. Tim kami akan memutuskan pengembaliannya; kamu tidak perlu melakukan apa-apa.",
    cancelledFree: "Pencarian dibatalkan. Tidak ada biaya yang terpakai.",
    fallbackTitle: (name: string) => `${apart(name)} tadi belum bisa menemanimu`,
    fallbackText: "Pembayaranmu masih berlaku untuk bestie lain.",
    fallback: "Chat dengan bestie lain",
  },
  money: {
    waiting: (amount: string) => `Pembayaran ${amount} masih bisa kamu pakai`,
    waitingFree: "Sesi gratismu masih bisa kamu pakai",
    waitingUntil: (time: string) =>
      `Belum terpakai, dan berlaku sampai pukul ${time}. Tidak perlu bayar lagi.`,
    waitingForChat: (time: string) =>
      `Belum terpakai, dan berlaku sampai pukul ${time}. Bisa dipakai setelah curhat ini selesai.`,
    use: "Cari bestie dengan pembayaran ini",
    decided: {
      refunded: [
        (amount: string) => `Pembayaran ${amount} dikembalikan`,
        "Sesinya tidak jadi, dan tim kami sudah memutuskan pengembaliannya.",
      ],
      credited: [
        (amount: string) => `Pembayaran ${amount} menjadi saldomu`,
        "Sesinya tidak jadi, dan tim kami sudah mencatat pembayaranmu sebagai saldo.",
      ],
      no_action: [
        (amount: string) => `Pembayaran ${amount} tidak dikembalikan`,
        "Tim kami sudah meninjau pembayaran ini. Kalau menurutmu keliru, hubungi tim kami, ya.",
      ],
    } as const,
    at: (day: string, time: string) => `Diputuskan ${day.toLowerCase()}, pukul ${time}`,
    read: "Oke, mengerti",
  },
  payment: {
    page: "Pilih durasi · Curhat",
    title: "Mau ngobrol berapa lama?",
    again: (name: string) => `Curhat lagi dengan ${apart(name)}`,
    tiers: "Durasi",
    trialBadge: "Sesi pertama",
    total: "Total",
    pay: "Bayar",
    start: "Mulai",
    promise: "Kalau tidak ada bestie yang menerima, tim kami meninjau pengembalian dananya.",
    promiseFree: "Tidak ada biaya untuk sesi pertamamu.",
    changed: "Harganya baru saja berubah. Cek totalnya sebelum lanjut, ya.",
    loading: "Memuat pilihan…",
    failed: "Pilihan durasi belum bisa dimuat.",
  },
  starting: {
    page: "Menyiapkan pencarian · Curhat",
    title: "Pembayaran diterima",
    titleFree: "Sebentar, ya",
    text: "Kami siapkan pencarian bestie untukmu…",
    cancel: "Batalkan",
  },
  searching: {
    page: "Mencari bestie · Curhat",
    title: "Sedang mencari bestie untukmu",
    text: "Kami menghubungi semua bestie yang tersedia. Sambil menunggu, tarik napas pelan-pelan.",
    left: "Sisa waktu",
    closing: "Sebentar, kami pastikan dulu…",
    cancel: "Batalkan pencarian",
    sure: "Batalkan pencarian?",
    surePaid: (amount: string) =>
      `Pembayaran ${amount} akan ditinjau tim kami untuk dikembalikan. Kamu bisa curhat lagi kapan saja.`,
    sureAny:
      "Yang sudah kamu bayar akan ditinjau tim kami untuk dikembalikan. Kamu bisa curhat lagi kapan saja.",
    sureFree: "Tidak ada biaya yang terpakai. Kamu bisa mulai lagi kapan saja.",
    yes: "Ya, batalkan",
    no: "Lanjut mencari",
  },
  waiting: {
    title: (name: string) => `Menunggu jawaban ${apart(name)}`,
    text: (name: string) => `Kami sudah memberi tahu ${apart(name)} kalau kamu ingin curhat lagi.`,
    cancel: "Batalkan",
  },
  unavailable: {
    title: "Bestie sedang tidak online",
    because: unavailableBecause,
    offer: "Pembayaranmu masih berlaku: kamu bisa langsung chat dengan bestie lain tanpa bayar lagi.",
    nobody: "Belum ada bestie lain yang tersedia saat ini. Pembayaranmu masih berlaku beberapa menit.",
    other: "Chat dengan bestie lain",
    back: "Kembali",
  },
  failed: {
    page: "Bestie tidak ditemukan · Curhat",
    title: "Maaf, kami tidak bisa menemukan bestie untukmu",
    because: failedBecause,
    text: "Semua bestie sedang menemani yang lain. Coba lagi beberapa saat lagi, ya.",
    refund: (amount: string) =>
      `Pembayaran ${amount} sedang ditinjau tim kami untuk dikembalikan. Kamu tidak perlu melakukan apa-apa.`,
    noCharge: "Tidak ada biaya yang terpakai.",
  },
  found: {
    page: "Bestie ditemukan · Curhat",
    title: "Bestie ditemukan",
    text: (name: string) => `${apart(name)} siap mendengarkanmu.`,
    open: "Mulai ngobrol",
  },
  chat: {
    page: (name: string) => `${apart(name)} · Curhat`,
    online: "Mendengarkan",
    typing: "sedang mengetik…",
    lost: "Koneksinya terputus",
    offline: "Menunggu koneksimu…",
    over: "Curhat selesai",
    timeLeft: "Sisa waktu",
    closing: "Hampir selesai…",
    empty: (name: string) =>
      `Kamu terhubung dengan ${apart(name)}. Mulai saja dari mana pun; tidak ada cerita yang salah.`,
    write: "Tulis pesan",
    placeholder: "Tulis ceritamu…",
    send: "Kirim",
    tooLong: (length: string, most: string) =>
      `Pesannya terlalu panjang: ${length} dari paling banyak ${most} karakter. Bagi jadi beberapa pesan, ya.`,
    fiveMinutes: "Waktumu tinggal kurang dari 5 menit.",
    oneMinute: "Waktumu tinggal kurang dari 1 menit.",
    extend: "Tambah waktu",
    end: "Akhiri",
    sure: "Akhiri curhat ini?",
    sureText: "Sisa waktunya tidak bisa dipakai lagi.",
    yes: "Ya, akhiri",
    no: "Lanjut ngobrol",
    endedBecause,
    again: (name: string) => `Curhat lagi dengan ${apart(name)}`,
    toCurrent: "Buka sesi yang berjalan",
  },
  extension: {
    title: "Tambah waktu",
    text: (name: string) => `${apart(name)} akan diminta persetujuan. Kamu baru membayar kalau disetujui.`,
    ask: "Minta tambah waktu",
    total: "Total",
    waiting: (name: string) => `Menunggu persetujuan ${apart(name)}`,
    waitingMinutes: (minutes: number) => `Tambah ${minutes} menit`,
    auto_approve: "Kalau tidak dijawab, otomatis disetujui.",
    auto_reject: "Kalau tidak dijawab, waktunya tidak bertambah dan kamu tidak dikenai biaya.",
    outcome,
  },
  history: {
    page: "Riwayat · Curhat",
    title: "Riwayat curhat",
    empty: "Belum ada curhat di sini.",
    emptyText: "Ceritamu yang pertama bisa dimulai dari beranda.",
    again: "Curhat lagi",
    againWith: (name: string) => `Curhat lagi dengan ${apart(name)}`,
    running: "Sedang berlangsung",
    away: "Sedang tidak online",
    more: "Muat lebih banyak",
    loading: "Memuat riwayat…",
    failed: "Riwayat belum bisa dimuat.",
  },
  errors: {
    chat_already_active: "Masih ada curhat yang berlangsung. Akhiri dulu sebelum mencari bestie baru.",
    search_already_running: "Pencarian yang lain masih berjalan.",
    extension_pending: "Permintaan tambah waktu masih menunggu jawaban.",
    extension_already_pending: "Permintaan tambah waktu masih menunggu jawaban.",
    chat_ended: "Curhat ini sudah selesai.",
    payment_session_expired: "Waktu pembayarannya sudah habis. Pilih durasi lagi, ya.",
    payment_session_abandoned: "Pembayaran ini sudah dibatalkan. Pilih durasi lagi, ya.",
    free_trial_already_used: "Sesi gratismu sudah terpakai. Pilih durasi lagi, ya.",
    failure_already_actioned: "Pembayaran ini sudah diselesaikan tim kami.",
    account_blocked: "Akun ini sedang tidak bisa dipakai. Hubungi tim kami, ya.",
    fallback_not_offered: "Pembayaran ini tidak bisa dipakai lagi.",
    unknown_tier: "Pilihan ini sudah tidak ada. Pilih durasi lagi, ya.",
    too_many_requests: "Terlalu sering mencoba. Tunggu sebentar, lalu coba lagi.",
    unreachable: "Koneksi terputus. Cek internetmu, lalu coba lagi.",
    unexpected: "Maaf, ada gangguan di sisi kami. Coba lagi sebentar lagi.",
  } as Record<string, string> & { unexpected: string },
};
