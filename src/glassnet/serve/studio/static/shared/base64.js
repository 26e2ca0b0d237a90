// Bytes as text; `bytesOf` in `pixels.js` is the way back.

const PIECE = 0x8000; // arguments of one call

/** @param {Uint8Array} bytes */
export function textOfBytes(bytes) {
  const parts = [];
  for (let i = 0; i < bytes.length; i += PIECE) parts.push(String.fromCharCode(...bytes.subarray(i, i + PIECE)));
  return btoa(parts.join(""));
}
