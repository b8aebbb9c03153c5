/** Random ids. `crypto.randomUUID` is missing on plain-http pages, so the bytes are taken directly. */

/** 128 random bits in hex. */
export function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
