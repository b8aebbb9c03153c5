/** Which rows of a long list can be seen: only those are made. Pure. */

export interface View {
  readonly scrollTop: number;
  readonly height: number;
  readonly rowHeight: number;
  readonly count: number;
}

export interface Span {
  readonly first: number;
  /** The one after the last. */
  readonly end: number;
  /** Height of what is above and below, in pixels. */
  readonly above: number;
  readonly below: number;
}

/** Rows above and below that are made all the same, so that scrolling finds them there. */
const BESIDE = 8;

export function spanOf({ scrollTop, height, rowHeight, count }: View): Span {
  const top = Math.max(0, Math.min(scrollTop, count * rowHeight - height));
  const first = Math.max(0, Math.floor(top / rowHeight) - BESIDE);
  const end = Math.min(count, Math.ceil((top + height) / rowHeight) + BESIDE);
  return { first, end, above: first * rowHeight, below: (count - end) * rowHeight };
}

/**
 * Where to scroll when rows came in above: who reads further down stays at the same row; who is at
 * the top stays there.
 */
export function keptAt(scrollTop: number, added: number, rowHeight: number): number {
  return scrollTop < rowHeight / 2 ? 0 : Math.max(0, scrollTop + added * rowHeight);
}
