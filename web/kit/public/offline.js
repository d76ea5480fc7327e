// @ts-check
// Tries until the page that was asked for can be had, and then shows it.
const AGAIN_MS = 4000;
const status = document.querySelector("[role=status]");
let trying = false;

/** @param {boolean} asked */
async function again(asked) {
  if (trying) return;
  trying = true;
  if (asked && status) status.textContent = "Mencoba lagi…";
  try {
    // Whatever answers, there is a network: the page says itself what is wrong then.
    await fetch(location.href, { method: "HEAD", cache: "no-store" });
    location.reload();
  } catch {
    if (asked && status) status.textContent = "Belum ada koneksi.";
  } finally {
    trying = false;
  }
}

document.querySelector("button")?.addEventListener("click", () => void again(true));
addEventListener("online", () => void again(false));
setInterval(() => void again(false), AGAIN_MS);
