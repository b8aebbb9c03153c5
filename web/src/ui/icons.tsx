/** The few icons, drawn for this page: 20 units wide, one stroke width. Decorative; labels stand beside. */

const PATHS = {
  close: "M5 5l10 10M15 5L5 15",
  plus: "M10 4.5v11M4.5 10h11",
  minus: "M4.5 10h11",
  trash: "M4 6h12M8 6V4h4v2M6 6l.7 10h6.6L14 6M8.6 9v4.5M11.4 9v4.5",
  pencil: "M4.5 15.5l.7-3 7.6-7.6 2.3 2.3-7.6 7.6zM11.4 6.3l2.3 2.3",
  share: "M10 12.5V3.5M6.8 6.5L10 3.3l3.2 3.2M6 9.5H4.5v7h11v-7H14",
  copy: "M7.5 7.5h8v9h-8zM5 13H4V3.5h8.5V5",
  check: "M4.5 10.5l3.8 3.8 7.2-8.3",
  eye: "M2.5 10S5.3 5 10 5s7.5 5 7.5 5-2.8 5-7.5 5-7.5-5-7.5-5zM10 7.8a2.2 2.2 0 100 4.4 2.2 2.2 0 000-4.4z",
  sun: "M10 6.8a3.2 3.2 0 100 6.4 3.2 3.2 0 000-6.4zM10 2v1.6M10 16.4V18M2 10h1.6M16.4 10H18M4.3 4.3l1.2 1.2M14.5 14.5l1.2 1.2M15.7 4.3l-1.2 1.2M5.5 14.5l-1.2 1.2",
  moon: "M15.8 12.3A6.5 6.5 0 017.7 4.2a6.5 6.5 0 108.1 8.1z",
  contrast: "M10 3.2a6.8 6.8 0 100 13.6 6.8 6.8 0 000-13.6zM10 3.2v13.6M12.5 5v10M14.7 7v6",
  glass: "M4 4h12l-6 6.5zM10 10.5V16M6.8 16.5h6.4M6 6.2h8",
  person: "M10 4a2.8 2.8 0 100 5.6A2.8 2.8 0 0010 4zM4.2 16.5c.5-3 2.8-4.7 5.8-4.7s5.3 1.7 5.8 4.7",
  back: "M11.5 5L6.5 10l5 5",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg className="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}

/** The mark of the house: five strokes of a tally. */
export function Logo() {
  return (
    <svg className="logo" viewBox="0 0 26 20" width="26" height="20" aria-hidden="true">
      <path d="M5.5 2.5L5 17.5M10.4 2.2l-.3 15.5M15.4 2.5l-.4 15M20.4 2.2l-.3 15.5M1.5 15.2L24.5 5" />
    </svg>
  );
}
