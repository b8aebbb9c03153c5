/** Where pips stand on a card, and the upper halves of the courts. Numbers only; a card is 100 by 140. */

type Point = readonly [x: number, y: number];

const [LEFT, MIDDLE, RIGHT] = [35, 50, 65];
const both = (y: number): readonly Point[] => [
  [LEFT, y],
  [RIGHT, y],
];
const one = (y: number): readonly Point[] => [[MIDDLE, y]];
const FOUR = [...both(26), ...both(114)];
const SIX = [...FOUR, ...both(70)];
const EIGHT = [...FOUR, ...both(55.5), ...both(84.5)];

/** By rank. */
export const PIPS: { readonly [rank: string]: readonly Point[] } = {
  A: one(70),
  "2": [...one(26), ...one(114)],
  "3": [...one(26), ...one(70), ...one(114)],
  "4": FOUR,
  "5": [...FOUR, ...one(70)],
  "6": SIX,
  "7": [...SIX, ...one(48)],
  "8": [...SIX, ...one(48), ...one(92)],
  "9": [...EIGHT, ...one(70)],
  T: [...EIGHT, ...one(41), ...one(99)],
};

/** What a stroke or a field of a figure is made of; the colours are the style sheet's. */
type Kind = "robe" | "gold" | "trim" | "skin" | "hair" | "line";

export type Figure = readonly (readonly [kind: Kind, d: string])[];

const ROBE: Figure = [
  ["robe", "M26 70V61c3-8 12-12 24-12s21 4 24 12v9z"],
  ["gold", "M44 70l2-21h8l2 21z"],
  ["trim", "M47.5 70l2.5-5 2.5 5zM50 53l2.4 4-2.4 4-2.4-4zM30 70l4-9 4 9zM62 70l4-9 4 9z"],
];
const FACE: Figure = [
  ["skin", "M41 34c0-6 4-9 9-9s9 3 9 9-4 14-9 14-9-8-9-14z"],
  ["line", "M45.5 34.5h2M52.5 34.5h2M50 35.5l-1 4h2M47.5 42.5q2.5 1.5 5 0"],
];

/** By rank. */
export const COURT: { readonly [rank: string]: Figure } = {
  K: [
    ...ROBE,
    ["hair", "M37 33c0 8-1 12-3 15 6 1 8-2 8-6l-1-10zM63 33c0 8 1 12 3 15-6 1-8-2-8-6l1-10z"],
    ...FACE,
    ["hair", "M41 37c1 5 4 3 9 3s8 2 9-3c1 9-3 19-9 19s-10-10-9-19z"],
    ["line", "M47.5 43.5q2.5 1 5 0"],
    ["gold", "M38 29l-3-13 8 6 7-8 7 8 8-6-3 13z"],
    ["trim", "M38 29h24v-3.5H38zM48.5 20L50 17.5l1.5 2.5-1.5 2.5z"],
  ],
  Q: [
    ...ROBE,
    [
      "hair",
      "M50 22c-10 0-14 7-14 15 0 7-2 10-4 13h12l-2-14zM50 22c10 0 14 7 14 15 0 7 2 10 4 13H56l2-14z",
    ],
    ...FACE,
    ["trim", "M47.5 42.3q2.5 2.8 5 0-2.5-1-5 0z"],
    ["gold", "M39 28c0-7 3-9 4-12l3 6 4-8 4 8 3-6c1 3 4 5 4 12-7-3-15-3-22 0z"],
    ["trim", "M43 15.5a1.3 1.3 0 100-.1zM50 13.5a1.3 1.3 0 100-.1zM57 15.5a1.3 1.3 0 100-.1z"],
    ["gold", "M43 51q7 4 14 0l-1-2.5q-6 3-12 0z"],
  ],
  J: [
    ...ROBE,
    ["hair", "M38 31c-1 7-2 11-1 15 3 1 5 0 6-3l-2-12zM62 31c1 7 2 11 1 15-3 1-5 0-6-3l2-12z"],
    ...FACE,
    ["robe", "M37 29c-1-8 5-13 13-13s14 5 13 13c-8-4-18-4-26 0z"],
    ["gold", "M37 29.5c8-4.5 18-4.5 26 0l.3-3c-8-4.5-18.6-4.5-26.6 0z"],
    ["gold", "M60 19c4-4 8-4 11-2-2 1-3 3-6 4z"],
    ["trim", "M42 50l8 6 8-6-2-2-6 3.5-6-3.5z"],
  ],
};
