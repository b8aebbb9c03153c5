/** Cards and trumps: their names, and who takes a trick. Pure. */
import type { Card, Played, Seat, Suit, Trump } from "./model";

const RANKS = "23456789TJQKA";

const RANK_WORDS: { readonly [rank: string]: string } = {
  "2": "Two",
  "3": "Three",
  "4": "Four",
  "5": "Five",
  "6": "Six",
  "7": "Seven",
  "8": "Eight",
  "9": "Nine",
  T: "Ten",
  J: "Jack",
  Q: "Queen",
  K: "King",
  A: "Ace",
};

const SUIT_WORDS: { readonly [suit in Suit]: string } = {
  C: "clubs",
  D: "diamonds",
  H: "hearts",
  S: "spades",
};

/** Each with the variation selector that keeps it a letter, and no picture. */
export const SUIT_SIGNS: { readonly [suit in Suit]: string } = {
  C: "♣\uFE0E",
  D: "♦\uFE0E",
  H: "♥\uFE0E",
  S: "♠\uFE0E",
};

const TRUMP_SUITS: { readonly [trump in Trump]: Suit | null } = {
  CLUBS: "C",
  DIAMONDS: "D",
  HEARTS: "H",
  SPADES: "S",
  NO_TRUMPS: null,
};

export function rankOf(card: Card): string {
  return card.charAt(0);
}

export function suitOf(card: Card): Suit {
  return card.charAt(1) as Suit;
}

/** The rank as it stands on the card. */
export function rankSign(card: Card): string {
  return rankOf(card) === "T" ? "10" : rankOf(card);
}

/** All of them. */
export const RANK_SIGNS: readonly string[] = [...RANKS].map((rank) => rankSign(rank));

/** "Queen of hearts". */
export function cardName(card: Card): string {
  return `${RANK_WORDS[rankOf(card)]} of ${suitName(suitOf(card))}`;
}

/** "the queen of hearts", inside of a sentence. */
export function theCard(card: Card): string {
  return `the ${cardName(card).toLowerCase()}`;
}

export function suitName(suit: Suit): string {
  return SUIT_WORDS[suit];
}

/** null: no trumps. */
export function trumpSuit(trump: Trump): Suit | null {
  return TRUMP_SUITS[trump];
}

/** "hearts", "no trumps". */
export function trumpName(trump: Trump): string {
  const suit = trumpSuit(trump);
  return suit ? suitName(suit) : "no trumps";
}

/** Whose card takes the trick: the highest trump, else the highest of the suit that was led. */
export function winnerOf(trick: readonly Played[], trump: Trump): Seat | null {
  const led = trick[0];
  if (!led) return null;
  const trumps = trumpSuit(trump);
  const strength = (card: Card): number => {
    const rank = RANKS.indexOf(rankOf(card));
    if (suitOf(card) === trumps) return 100 + rank;
    return suitOf(card) === suitOf(led[1]) ? rank : -1;
  };
  return trick.reduce((best, one) => (strength(one[1]) > strength(best[1]) ? one : best), led)[0];
}
