/* Scanners that type (USB, Bluetooth) and the camera. Both end in one event: "oms:scan". */
import { asset, loadScript, say, toast } from "./lib.js";

const MIN_LENGTH = 4;
const MEAN_GAP = 35; // ms between characters; people need more than 100
const MAX_GAP = 100; // a longer pause starts a new burst
const REPEAT = 100; // the same code again this soon is the scanner's echo

let burst = [];
let startedIn = null;
let before = "";
let last = { code: "", at: 0 };

/** Tell the page about a scan; `method` is "scanner", "camera" or "typed". */
export function announce(code, method) {
  const now = performance.now();
  if (code === last.code && now - last.at < REPEAT) return;
  last = { code, at: now };
  document.dispatchEvent(new CustomEvent("oms:scan", { detail: { code, method } }));
}

function isScan() {
  if (burst.length < MIN_LENGTH) return false;
  const span = burst.at(-1).at - burst[0].at;
  return span / (burst.length - 1) <= MEAN_GAP;
}

function remember(event) {
  // When the key went down, not when we got to it: a busy page must not tear a scan apart.
  const at = event.timeStamp;
  if (!burst.length || at - burst.at(-1).at > MAX_GAP) {
    burst = [];
    startedIn = event.target.matches?.("input, textarea") ? event.target : null;
    before = startedIn?.value ?? "";
  }
  burst.push({ key: event.key, at });
}

/* Capture phase: a scan is recognised wherever the focus is, before anything else sees its Enter. */
document.addEventListener(
  "keydown",
  (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
    if (event.key.length === 1) {
      remember(event);
      return;
    }
    if (event.key !== "Enter" && event.key !== "Tab") {
      if (event.key !== "Shift") burst = [];
      return;
    }
    const found = isScan();
    const code = burst.map((part) => part.key).join("");
    burst = [];
    if (!found) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    // The characters went into a field on the way; it gets back what the person had typed.
    if (startedIn?.isConnected) startedIn.value = before;
    announce(code.trim(), "scanner");
  },
  true,
);

/* --- camera ------------------------------------------------------------------------------- */
const FORMATS = ["qr_code", "ean_13", "ean_8", "upc_a", "upc_e", "code_128", "code_39", "itf", "data_matrix"];

async function detector(wasm) {
  if ("BarcodeDetector" in window) {
    const known = await window.BarcodeDetector.getSupportedFormats();
    const formats = FORMATS.filter((format) => known.includes(format));
    if (formats.includes("qr_code")) return new window.BarcodeDetector({ formats });
  }
  await loadScript(asset("barcode"));
  const api = window.BarcodeDetectionAPI;
  api.setZXingModuleOverrides({ locateFile: (path, prefix) => (path.endsWith(".wasm") ? wasm : prefix + path) });
  const reader = new api.BarcodeDetector({ formats: FORMATS });
  // The first look loads the reader: a page that may not run it must say so, not stay blind.
  await reader.detect(new ImageData(8, 8));
  return reader;
}

/** Open the camera in `view` (a dialog with a video); resolves to a code, or null when closed. */
export async function scanWithCamera(view, wasm) {
  const video = view.querySelector("video");
  let stream = null;
  try {
    const [reader, opened] = await Promise.all([
      detector(wasm),
      navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } } }),
    ]);
    stream = opened;
    video.srcObject = stream;
    view.showModal();
    await video.play();
    return await readUntilClosed(reader, video, view);
  } catch {
    toast(say("noCamera"), { tone: "amber" });
    return null;
  } finally {
    for (const track of stream?.getTracks() ?? []) track.stop();
    video.srcObject = null;
    if (view.open) view.close();
  }
}

async function readUntilClosed(reader, video, view) {
  while (view.open) {
    const [found] = await reader.detect(video).catch(() => []);
    if (found?.rawValue) return found.rawValue;
    await new Promise((resolve) => setTimeout(resolve, 120));
  }
  return null;
}
