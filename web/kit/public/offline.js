// @ts-check
// Retries until the requested page is reachable, then shows it.
const AGAIN_MS = 4000;
const status = document.querySelector("[role=status]");
let trying = false;

/** @param {boolean} asked */
async function again(asked) {
  if (trying) return;
  trying = true;
  if (asked && status) status.textContent = "Mencoba lagi…";
  try {
    // Any answer means that there is a network; the page handles the rest.
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
