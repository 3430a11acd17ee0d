/** 128 random bits in hex: keys, ids of tabs. */
export function randomId(): string {
  const bytes = new Uint8Array(16);
  // Node 18 has no global `crypto`; ids need to be different, not secret.
  if (globalThis.crypto !== undefined) crypto.getRandomValues(bytes);
  else for (let i = 0; i < 16; i++) bytes[i] = Math.random() * 256;
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
