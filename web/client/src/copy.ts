/** Every word of the customer's app. */

import { apart, both } from "@curhat/kit";
import type { Chat, Failure } from "./state";

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
  ...both,
  signIn: {
    ...both.signIn,
    page: "Masuk · Curhat",
    title: "Hai, senang kamu di sini",
    lead: "Masuk dengan nomor HP, lalu ceritakan apa pun. Ada bestie yang siap mendengarkan.",
    codePage: "Masukkan kode · Curhat",
    namePage: "Kenalan dulu · Curhat",
    nameLead: "Nama ini yang dilihat bestie. Tidak harus nama asli.",
  },
  unnamed: "Bestie",
  free: "Gratis",
  crashed: {
    title: "Ada yang tidak beres",
    text: "Maaf, aplikasinya tersendat. Obrolan dan pembayaranmu tetap aman di server kami.",
    reload: "Muat ulang",
  },
  notFound: { ...both.notFound, page: "Tidak ditemukan · Curhat" },
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
    ...both.chat,
    page: (name: string) => `${apart(name)} · Curhat`,
    online: "Mendengarkan",
    lost: "Koneksinya terputus",
    offline: "Menunggu koneksimu…",
    empty: (name: string) =>
      `Kamu terhubung dengan ${apart(name)}. Mulai saja dari mana pun; tidak ada cerita yang salah.`,
    placeholder: "Tulis ceritamu…",
    fiveMinutes: "Waktumu tinggal kurang dari 5 menit.",
    oneMinute: "Waktumu tinggal kurang dari 1 menit.",
    extend: "Tambah waktu",
    sureText: "Sisa waktunya tidak bisa dipakai lagi.",
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
    ...both.errors,
    chat_already_active: "Masih ada curhat yang berlangsung. Akhiri dulu sebelum mencari bestie baru.",
    search_already_running: "Pencarian yang lain masih berjalan.",
    extension_pending: "Permintaan tambah waktu masih menunggu jawaban.",
    extension_already_pending: "Permintaan tambah waktu masih menunggu jawaban.",
    payment_session_expired: "Waktu pembayarannya sudah habis. Pilih durasi lagi, ya.",
    payment_session_abandoned: "Pembayaran ini sudah dibatalkan. Pilih durasi lagi, ya.",
    free_trial_already_used: "Sesi gratismu sudah terpakai. Pilih durasi lagi, ya.",
    failure_already_actioned: "Pembayaran ini sudah diselesaikan tim kami.",
    fallback_not_offered: "Pembayaran ini tidak bisa dipakai lagi.",
    unknown_tier: "Pilihan ini sudah tidak ada. Pilih durasi lagi, ya.",
  } as Record<string, string> & { unexpected: string },
};
