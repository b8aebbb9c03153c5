/** Tally marks beside a number. Decorative: the number says the same. */
import { memo } from "react";
import { drawTally, TALLY_HEIGHT } from "./tally";

export const Marks = memo(function Marks({ amount }: { readonly amount: number }) {
  const { path, width } = drawTally(amount);
  return (
    <svg
      className="marks"
      viewBox={`0 0 ${width} ${TALLY_HEIGHT}`}
      width={width}
      height={TALLY_HEIGHT}
      aria-hidden="true"
    >
      <path d={path} />
    </svg>
  );
});
