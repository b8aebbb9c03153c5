/** The tables of odds, as each game spells its own, in rows. Pure. */
import type { Odds } from "../casino/model";

export interface Row {
  readonly name: string;
  /** Symbols to draw in the place of the name. */
  readonly symbols: readonly string[] | null;
  readonly cells: readonly string[];
}

export interface Rows {
  readonly head: readonly string[];
  readonly rows: readonly Row[];
  /** What else there is to know. */
  readonly notes: readonly (readonly [name: string, text: string])[];
}

interface SlotTable {
  readonly paytable: string;
  readonly lines: readonly {
    readonly symbols: string | readonly string[];
    readonly times: number;
    readonly probability: number;
  }[];
}

interface GachaTable {
  readonly rarities: readonly { readonly rarity: string; readonly probability: number }[];
  readonly pity: number;
  readonly price: { readonly [pulls: string]: number };
  readonly pulls_to_epic_or_better: number;
}

interface CrashTable {
  readonly reach: readonly { readonly times: number; readonly probability: number }[];
  readonly most: number;
}

export function rowsOf(odds: Odds): Rows {
  switch (odds.game) {
    case "slot":
      return slotRows(odds.table as SlotTable);
    case "gacha":
      return gachaRows(odds.table as GachaTable);
    case "crash":
      return crashRows(odds.table as CrashTable);
    default:
      return rpsRows(odds.table as { readonly [outcome: string]: number });
  }
}

function slotRows({ paytable, lines }: SlotTable): Rows {
  const rows = lines.map(({ symbols, times, probability }) => ({
    name: typeof symbols === "string" ? symbols : symbols.join(" "),
    symbols: typeof symbols === "string" ? null : symbols,
    cells: [`×${times}`, percent(probability), oneIn(probability)],
  }));
  const head = ["Line", "Pays", "Probability", "One in"];
  return { head, rows, notes: [["Paytable", paytable]] };
}

function rpsRows(table: { readonly [outcome: string]: number }): Rows {
  const names = { win: "You win", draw: "A draw", lose: "The house wins" } as const;
  const rows = (["win", "draw", "lose"] as const).map((outcome) => ({
    name: names[outcome],
    symbols: null,
    cells: [`×${table[outcome] ?? 0}`, percent(1 / 3)],
  }));
  return { head: ["Outcome", "Pays", "Probability"], rows, notes: [] };
}

function gachaRows(table: GachaTable): Rows {
  const rows = table.rarities.toReversed().map(({ rarity, probability }) => ({
    name: rarity,
    symbols: null,
    cells: [percent(probability), oneIn(probability)],
  }));
  return {
    head: ["Rarity", "Probability", "One in"],
    rows,
    notes: [
      ["Pity", `the ${table.pity}th pull without Epic or better is Epic`],
      ["Pulls to Epic or better", `${table.pulls_to_epic_or_better.toFixed(2)} on average`],
      ["Price", `${table.price["1"]} for one, ${table.price["10"]} for ten`],
    ],
  };
}

function crashRows({ reach, most }: CrashTable): Rows {
  const rows = reach.map(({ times, probability }) => ({
    name: `×${times}`,
    symbols: null,
    cells: [percent(probability), percent(times * probability)],
  }));
  const notes = [["No round goes beyond", `×${most}`]] as const;
  return { head: ["A round reaches", "Probability", "Comes back"], rows, notes };
}

/** "95.06 %", with as many digits as a small part needs. */
export function percent(part: number): string {
  const hundred = part * 100;
  const digits = hundred !== 0 && hundred < 0.1 ? 4 : 2;
  return `${hundred.toFixed(digits)} %`;
}

function oneIn(part: number): string {
  if (part <= 0) return "never";
  const many = 1 / part;
  return many < 100 ? many.toFixed(1) : Math.round(many).toLocaleString("en");
}
