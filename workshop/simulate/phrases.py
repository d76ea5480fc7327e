"""Sentences of the bots, in Indonesian."""

CUSTOMER_SENTENCES = (
    "Halo kak, aku lagi butuh teman cerita.",
    "Hari ini rasanya berat banget.",
    "Aku bingung harus mulai dari mana.",
    "Di kantor lagi banyak masalah, kak.",
    "Rasanya nggak ada yang ngerti aku.",
    "Makasih ya sudah mau dengar.",
    "Menurut kakak aku harus gimana?",
    "Aku sudah coba, tapi tetap kepikiran.",
    "Iya kak, kayaknya aku perlu istirahat dulu.",
    "Lega banget habis cerita.",
)

MITRA_SENTENCES = (
    "Aku di sini, ceritain pelan-pelan ya.",
    "Wajar kok kalau kamu merasa begitu.",
    "Terima kasih sudah percaya cerita ke aku.",
    "Boleh cerita lebih banyak tentang itu?",
    "Kamu sudah berusaha keras, itu hebat.",
    "Tarik napas dulu, nggak usah buru-buru.",
    "Menurut kamu, apa yang paling bikin berat?",
    "Aku ngerti, pasti nggak mudah ya.",
    "Pelan-pelan aja, kita hadapi satu-satu.",
    "Aku senang kamu mau berbagi hari ini.",
)

DEMO_GREETING = "Halo! Aku {name}. Senang bisa nemenin kamu hari ini. Mau cerita apa?"
