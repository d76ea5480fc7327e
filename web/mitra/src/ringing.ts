import { useEffect } from "react";

const EVERY_MS = 3_000;
/** Two soft notes: hertz, and when in seconds. */
const NOTES = [
  [660, 0],
  [880, 0.22],
] as const;
const LOUD = 0.25;
const LASTS = 0.4;

let audio: AudioContext | null = null;

/** Sound and vibration, repeated while something waits. Browsers allow sound only after the first touch. */
export function useRinging(waits: boolean): void {
  useEffect(() => {
    if (!waits) return;
    ring();
    const timer = setInterval(ring, EVERY_MS);
    return () => {
      clearInterval(timer);
      if (mayBeHeard()) navigator.vibrate?.(0);
    };
  }, [waits]);
}

function ring(): void {
  if (!mayBeHeard()) return;
  navigator.vibrate?.([180, 90, 180]);
  audio ??= new AudioContext();
  const { currentTime } = audio;
  for (const [hertz, after] of NOTES) play(audio, hertz, currentTime + after);
  // A phone call suspends it.
  if (audio.state === "suspended") void audio.resume();
}

function play(context: AudioContext, hertz: number, at: number): void {
  const note = context.createOscillator();
  const volume = context.createGain();
  note.frequency.value = hertz;
  volume.gain.setValueAtTime(0, at);
  volume.gain.linearRampToValueAtTime(LOUD, at + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.001, at + LASTS);
  note.connect(volume).connect(context.destination);
  note.start(at);
  note.stop(at + LASTS);
}

/** For browsers without `navigator.userActivation` (Safari before 16.4). */
let touched = false;
for (const what of ["pointerup", "keydown"]) addEventListener(what, () => (touched = true), { once: true });

function mayBeHeard(): boolean {
  return navigator.userActivation?.hasBeenActive ?? touched;
}
