/** Addresses of replays: the page, and the place in it that a link names. Pure. */
import type { SeenAs } from "./moments";

/** Path of the page that replays a session. */
export function replayPath(id: string): string {
  return `/admin/sessions/${encodeURIComponent(id)}`;
}

/** The session's id in a path, or null when the path is another page. */
export function replayIdIn(path: string): string | null {
  return /^\/admin\/sessions\/(\d+)\/?$/.exec(path)?.[1] ?? null;
}

/** A version, as somebody saw it. */
export interface Place {
  /** null: the newest. */
  readonly version: number | null;
  readonly seenAs: SeenAs;
}

/** The place that a hash names: `#v=12&as=0`. What cannot be read is left out. */
export function placeIn(hash: string): Place {
  const named = new URLSearchParams(hash.replace(/^#/, ""));
  const whole = (text: string | null) => (text && /^\d{1,15}$/.test(text) ? Number(text) : null);
  const seat = whole(named.get("as"));
  return {
    version: whole(named.get("v")) || null,
    seenAs: seat !== null && seat < 256 ? seat : "spectator",
  };
}

/** The hash that names a place. */
export function hashOf({ version, seenAs }: Place): string {
  const named = new URLSearchParams();
  if (version !== null) named.set("v", String(version));
  if (seenAs !== "spectator") named.set("as", String(seenAs));
  const text = named.toString();
  return text && `#${text}`;
}
