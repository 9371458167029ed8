/* Sound and vibration, made on the spot: no files, and silent where the device cannot. */
import { store } from "./lib.js";

let context = null;

function audio() {
  const Audio = window.AudioContext ?? window.webkitAudioContext;
  if (!Audio) return null;
  context ??= new Audio();
  if (context.state === "suspended") context.resume().catch(() => {});
  return context;
}

/** One tone: start and length in seconds. */
function tone(frequency, start, length, { shape = "sine", volume = 0.2 } = {}) {
  const player = audio();
  if (!player || player.state !== "running") return;
  const at = player.currentTime + start;
  const source = player.createOscillator();
  const gain = player.createGain();
  source.type = shape;
  source.frequency.value = frequency;
  gain.gain.setValueAtTime(0.0001, at);
  gain.gain.exponentialRampToValueAtTime(volume, at + 0.01);
  gain.gain.exponentialRampToValueAtTime(0.0001, at + length);
  source.connect(gain).connect(player.destination);
  source.start(at);
  source.stop(at + length + 0.02);
}

// Distinct in rhythm as well as in pitch, so that they are told apart in a noisy shop.
const SOUNDS = {
  ok: () => [tone(660, 0, 0.09), tone(990, 0.09, 0.14)],
  scan: () => tone(1250, 0, 0.06),
  warn: () => [tone(520, 0, 0.14, { shape: "triangle" }), tone(520, 0.2, 0.14, { shape: "triangle" })],
  refused: () => [tone(210, 0, 0.18, { shape: "square", volume: 0.12 }), tone(160, 0.2, 0.32, { shape: "square", volume: 0.12 })],
  news: () => [tone(784, 0, 0.12), tone(988, 0.14, 0.12), tone(1175, 0.28, 0.2)],
};
const BUZZ = { ok: 40, scan: 20, warn: [60, 60, 60], refused: [120, 60, 200], news: [40, 80, 40] };

/** Let a person hear and feel an answer: ok, scan, warn, refused, news. */
export function feedback(kind) {
  if (store.get("sound") !== "off") SOUNDS[kind]?.();
  // Browsers refuse to vibrate, with a message, until the page was touched once.
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(BUZZ[kind] ?? 0);
}

// Browsers allow sound only after a touch or key; the first one opens the door.
for (const name of ["pointerdown", "keydown"]) addEventListener(name, audio, { once: true, passive: true });
