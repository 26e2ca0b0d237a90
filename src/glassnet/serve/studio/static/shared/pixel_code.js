// Pixels as a short text for an address: stretches of zeros are counted, and the bytes are base64url.

/** @param {ArrayLike<number>} pixels Whole numbers from 0 to 255. */
export function encodePixels(pixels) {
  const bytes = [];
  for (let i = 0; i < pixels.length; ) {
    let zeros = 0;
    while (zeros < 255 && i + zeros < pixels.length && !pixels[i + zeros]) zeros++;
    i += zeros;
    let count = 0;
    while (count < 255 && i + count < pixels.length && pixels[i + count]) count++;
    bytes.push(zeros, count, ...Array.from({ length: count }, (_, k) => pixels[i + k]));
    i += count;
  }
  const text = btoa(String.fromCharCode(...bytes));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** @param {string} text @param {number} length @returns {number[]|null} The pixels; null for another text. */
export function decodePixels(text, length) {
  let bytes;
  try {
    bytes = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  } catch {
    return null;
  }
  const pixels = [];
  for (let i = 0; i + 1 < bytes.length && pixels.length <= length; ) {
    for (let zeros = bytes.charCodeAt(i); zeros > 0; zeros--) pixels.push(0);
    const count = bytes.charCodeAt(i + 1);
    for (let k = 0; k < count; k++) pixels.push(bytes.charCodeAt(i + 2 + k));
    i += 2 + count;
  }
  return pixels.length === length && !pixels.some(Number.isNaN) ? pixels : null;
}
