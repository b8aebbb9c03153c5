/** What turns on the reels, what hands show, what falls out of the machine: drawn for this page. */
import type { ReactNode } from "react";
import type { Hand, Rarity, Reel } from "../casino/draws";

const CHERRY = (
  <>
    <path className="sym-stem" d="M22 42C24 26 32 16 46 10M44 44C44 30 43 20 46 10" />
    <path fill="#3f8f4f" d="M46 10c8-5 14-3 16 2-6 4-12 3-16-2z" />
    <circle cx="20" cy="46" r="12" fill="#c3263a" />
    <circle cx="44" cy="48" r="12" fill="#d8334a" />
    <path className="sym-shine" d="M13 44a7 7 0 015-6M37 46a7 7 0 015-6" />
  </>
);
const LEMON = (
  <>
    <path
      fill="#f0c52e"
      d="M8 40c-2-4 1-6 4-8 5-13 22-21 35-13 3-1 6-4 9-1 3 4 1 6 0 9 4 15-9 30-25 28-4 1-6 4-10 2-3-1-3-4-4-7-4-2-7-6-9-10z"
    />
    <path fill="#d9a514" d="M31 55c16 2 29-13 25-28 2 17-13 27-29 24z" />
    <path className="sym-shine" d="M18 32c3-7 9-10 15-11" />
  </>
);
const ORANGE = (
  <>
    <circle cx="32" cy="37" r="21" fill="#ec7f1d" />
    <path fill="#cf6510" d="M53 37A21 21 0 0113 46c12 8 33 4 40-9z" />
    <path fill="#3f8f4f" d="M32 17c2-8 9-11 17-10-1 8-8 12-17 10z" />
    <path className="sym-shine" d="M18 33c2-7 7-10 12-11" />
  </>
);
const GRAPES = (
  <>
    <path className="sym-stem" d="M32 18c0-5 2-9 7-12" />
    <path fill="#3f8f4f" d="M32 16c-8-1-12-5-13-11 8 0 12 4 13 11z" />
    <g fill="#7a3fa0">
      <circle cx="18" cy="26" r="8" />
      <circle cx="46" cy="26" r="8" />
      <circle cx="25" cy="39" r="8" />
      <circle cx="32" cy="52" r="8" />
    </g>
    <g fill="#9455bd">
      <circle cx="32" cy="25" r="8" />
      <circle cx="39" cy="39" r="8" />
    </g>
    <path className="sym-shine" d="M28 24a5 5 0 014-4M14 25a5 5 0 014-4M35 38a5 5 0 014-4" />
  </>
);
const DIAMOND = (
  <>
    <path fill="#4fb3d9" d="M18 12h28l12 15-26 29L6 27z" />
    <path fill="#8fd6ee" d="M18 12h28l-6 15H24z" />
    <path fill="#2f93bd" d="M24 27h16l-8 29z" />
    <path fill="#c9effa" d="M18 12l6 15H6zM32 12l8 15H24z" />
  </>
);
const SEVEN = (
  <path
    fill="#cc1f36"
    stroke="#e8b33a"
    strokeWidth="3.5"
    strokeLinejoin="round"
    d="M12 10h42v11C43 31 38 42 37 57H21c1-14 6-25 16-33H25l-4 5h-9z"
  />
);

const REELS: { readonly [reel in Reel]: readonly [name: string, drawing: ReactNode] } = {
  "🍒": ["cherries", CHERRY],
  "🍋": ["lemon", LEMON],
  "🍊": ["orange", ORANGE],
  "🍇": ["grapes", GRAPES],
  "💎": ["diamond", DIAMOND],
  "7️⃣": ["seven", SEVEN],
};

/** What a symbol is called. */
export function symbolName(symbol: string): string {
  return REELS[symbol as Reel]?.[0] ?? symbol;
}

export function Sign({ of }: { readonly of: string }) {
  const known = REELS[of as Reel];
  if (!known) return <span>{of}</span>;
  return (
    <svg className="sym" viewBox="0 0 64 64" role="img" aria-label={known[0]}>
      {known[1]}
    </svg>
  );
}

/** A row of symbols, in a line of text. */
export function Signs({ of }: { readonly of: readonly string[] }) {
  return (
    <span className="plays-reels">
      {of.map((symbol, place) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row never changes
        <Sign of={symbol} key={place} />
      ))}
    </span>
  );
}

const HANDS: { readonly [hand in Hand]: ReactNode } = {
  rock: (
    <>
      <path fill="#8b8f95" d="M12 42l5-20 15-9 16 4 8 16-5 16-17 6-17-4z" />
      <path fill="#a9adb3" d="M17 22l15-9 16 4-9 12-14 2z" />
      <path fill="#6d7177" d="M39 29l17 4-5 16-17 6-3-14z" />
    </>
  ),
  paper: (
    <>
      <path fill="#f7f1e0" d="M15 8h26l9 9v39H15z" />
      <path fill="#d8cfb4" d="M41 8l9 9h-9z" />
      <path className="sym-lines" d="M22 24h20M22 32h20M22 40h20M22 48h12" />
    </>
  ),
  scissors: (
    <>
      <path className="sym-blades" d="M18 8l19 34M46 8L27 42" />
      <g className="sym-rings">
        <circle cx="21" cy="49" r="7" />
        <circle cx="43" cy="49" r="7" />
      </g>
    </>
  ),
};

export function HandSign({ of }: { readonly of: Hand }) {
  return (
    <svg className="sym" viewBox="0 0 64 64" aria-hidden="true">
      {HANDS[of]}
    </svg>
  );
}

/** A capsule of the gacha machine: its colour tells the rarity, which stands beside it in words. */
export function Capsule({ rarity }: { readonly rarity: Rarity }) {
  return (
    <svg className="capsule" data-rarity={rarity} viewBox="0 0 64 64" aria-hidden="true">
      <circle className="capsule-lower" cx="32" cy="32" r="24" />
      <path className="capsule-upper" d="M8 32a24 24 0 0148 0z" />
      <path className="capsule-band" d="M8 32h48" />
      <path className="sym-shine" d="M16 26c2-6 6-9 11-11" />
      {(rarity === "Epic" || rarity === "Legendary") && (
        <path
          className="capsule-star"
          d="M32 34l3 7 7 .6-5.4 4.7 1.7 7L32 49.5l-6.3 3.8 1.7-7L22 41.600l7-.6z"
        />
      )}
    </svg>
  );
}
