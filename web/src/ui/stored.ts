/** `localStorage` for a page that must also work where there is none (private windows, old web views). */

export function readStored(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

/** null removes. A full or forbidden storage only means that nothing is kept. */
export function writeStored(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // Nothing is kept.
  }
}

/** The same as a storage object that never throws. */
export const stored = {
  getItem: readStored,
  setItem: (key: string, value: string) => writeStored(key, value),
  removeItem: (key: string) => writeStored(key, null),
};
