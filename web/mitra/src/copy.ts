/** Every word of the mitra's app. */

import { apart, both } from "@curhat/kit";
import type { Chat, Extension } from "./state";

const endedBecause: Record<NonNullable<Chat["end_reason"]>, (name: string) => string> = {
  time_up: () => "Waktunya sudah habis. Terima kasih sudah menemani.",
  ended_by_customer: (name) => `${apart(name)} sudah mengakhiri curhat ini.`,
  ended_by_mitra: () => "Kamu sudah mengakhiri curhat ini.",
  ended_by_operator: () => "Curhat ini diakhiri oleh tim kami.",
  continued: (name) => `${apart(name)} melanjutkan curhat ini di sesi yang baru.`,
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
  ...both,
  signIn: {
    ...both.signIn,
    page: "Masuk · Curhat Mitra",
    title: "Halo, bestie",
    lead: "Masuk dengan nomor HP yang terdaftar sebagai mitra, lalu temani yang sedang butuh didengar.",
    codePage: "Masukkan kode · Curhat Mitra",
    namePage: "Kenalan dulu · Curhat Mitra",
    nameLead: "Nama ini yang dilihat pelanggan.",
  },
  appName: "Curhat Mitra",
  customer: "Pelanggan",
  failed: {
    title: "Ada yang tidak beres",
    text: "Maaf, aplikasinya tersendat. Obrolanmu tetap aman di server kami.",
    reload: "Muat ulang",
  },
  home: {
    page: "Curhat Mitra",
    title: (name: string) => `Hai, ${apart(name)}`,
    switch: "Terima permintaan",
    status: {
      online: ["Kamu online", "Pelanggan bisa menemukanmu sekarang."],
      offline: ["Kamu offline", "Nyalakan kalau kamu siap menemani."],
      unreachable: ["Kamu belum terjangkau", "Kamu sudah online, tetapi pelanggan belum bisa menemukanmu."],
      lost: ["Koneksi terputus", "Sementara ini pelanggan mungkin belum bisa menemukanmu."],
    } as Record<"online" | "offline" | "unreachable" | "lost", [string, string]>,
    forcedOffline: {
      operator: "Tim kami mengubah statusmu menjadi offline.",
      system: "Kamu dijadikan offline karena beberapa permintaan berturut-turut tidak terjawab.",
    },
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
    text: (name: string, minutes: number) => `${apart(name)} · ${minutes}\u00a0menit`,
    accept: "Terima",
    decline: "Tolak",
    acceptOf: (name: string) => `Terima permintaan ${apart(name)}`,
    declineOf: (name: string) => `Tolak permintaan ${apart(name)}`,
  },
  extension: {
    title: (name: string) => `${apart(name)} minta tambah waktu`,
    minutes: (minutes: number) => `+${minutes} menit`,
    notice: (minutes: number) => `Ada yang minta tambah waktu: +${minutes} menit`,
    approve: "Setujui",
    reject: "Tolak",
    open: "Buka obrolan",
    unanswered,
    outcome,
  },
  notFound: { ...both.notFound, page: "Tidak ditemukan · Curhat Mitra" },
  chat: {
    ...both.chat,
    page: (name: string) => `${apart(name)} · Curhat Mitra`,
    running: (minutes: number) => `Curhat ${minutes} menit`,
    now: "Yang bisa dilakukan sekarang",
    empty: (name: string) => `Kamu terhubung dengan ${apart(name)}. Sapa dulu, lalu dengarkan pelan-pelan.`,
    placeholder: "Tulis pesan…",
    fiveMinutes: "Waktu curhat tinggal kurang dari 5 menit.",
    oneMinute: "Waktu curhat tinggal kurang dari 1 menit.",
    sureText: "Pelanggan tidak bisa memakai sisa waktunya lagi. Pamit dulu sebelum mengakhiri, ya.",
    no: "Lanjut menemani",
    endedBecause,
  },
  errors: {
    ...both.errors,
    request_already_taken: "Bestie lain sudah lebih dulu menerima permintaan ini. Terima kasih sudah siap!",
    request_expired: "Waktu menjawab permintaan ini sudah habis.",
    request_cancelled: "Pelanggan sudah membatalkan permintaan ini.",
    request_withdrawn: "Permintaan ini tidak ditawarkan lagi kepadamu.",
    request_already_declined: "Kamu sudah menolak permintaan ini.",
    request_not_found: "Permintaan ini sudah tidak ada.",
    offer_not_yours: "Permintaan ini tidak ditawarkan kepadamu.",
    mitra_offline: "Kamu sedang offline. Nyalakan dulu untuk menerima permintaan.",
    mitra_at_capacity: "Obrolanmu sedang penuh. Selesaikan satu dulu sebelum menerima yang baru.",
    extension_expired: "Waktu menjawabnya sudah habis.",
    extension_withdrawn: "Permintaan tambah waktu ini sudah ditarik.",
    extension_already_answered: "Permintaan tambah waktu ini sudah dijawab.",
    extension_not_found: "Permintaan tambah waktu ini sudah tidak ada.",
  } as Record<string, string> & { unexpected: string },
};
