"""Reading a QR picture with the library the counter's camera uses."""

from pathlib import Path

from django.conf import settings
from playwright.sync_api import Page

READER = "barcode-detector/dist/iife/ponyfill.js"
WASM = "zxing-wasm/dist/reader/zxing_reader.wasm"
READ = """async ([picture, wasm]) => {
  const bytes = Uint8Array.from(atob(wasm), (char) => char.charCodeAt(0));
  const api = window.BarcodeDetectionAPI;
  api.setZXingModuleOverrides({ wasmBinary: bytes.buffer });
  const image = new Image();
  image.src = picture;
  await image.decode();
  const found = await new api.BarcodeDetector({ formats: ["qr_code"] }).detect(image);
  return found[0]?.rawValue ?? "";
}"""


def read_qr(page: Page, picture: str) -> str:
    """What the QR in `picture` (a data URI) holds, read on a blank page of the same browser."""
    import base64

    modules = Path(settings.NODE_MODULES)
    blank = page.context.new_page()
    blank.goto("about:blank")
    blank.evaluate((modules / READER).read_text() + "\n;0")
    wasm = base64.b64encode((modules / WASM).read_bytes()).decode()
    answer: str = blank.evaluate(READ, [picture, wasm])
    blank.close()
    return answer
