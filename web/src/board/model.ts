/** The board as the server shows it, and the commands it takes. Shapes only; see docs/PROTOCOL.md. */

export interface Drink {
  readonly id: string;
  readonly name: string;
}

/** How many of one drink a player has had; never 0. */
export interface Tally {
  readonly drink_id: string;
  readonly drink_name: string;
  readonly amount: number;
}

export interface Player {
  readonly id: string;
  readonly name: string;
  readonly team_id: string | null;
  readonly drinks: readonly Tally[];
}

export interface Team {
  readonly id: string;
  readonly name: string;
  readonly player_ids: readonly string[];
}

export interface Board {
  readonly id: string;
  readonly title: string;
  readonly players: readonly Player[];
  readonly teams: readonly Team[];
  /** User id of who made it. */
  readonly owner?: string | null;
  /** User ids that may change it too. */
  readonly editors?: readonly string[];
}

/** A command whose outcome the page can show before the server has answered. */
export type Change =
  | { readonly do: "set_title"; readonly title: string }
  | { readonly do: "add_team"; readonly name: string }
  | { readonly do: "rename_team"; readonly team_id: string; readonly name: string }
  | { readonly do: "remove_team"; readonly team_id: string }
  | { readonly do: "add_player"; readonly name: string; readonly team_id?: string }
  | {
      readonly do: "edit_player";
      readonly player_id: string;
      readonly name?: string;
      /** null: no team. */
      readonly team_id?: string | null;
      /** Sets each listed amount; 0 removes. */
      readonly drinks?: readonly { readonly drink_id: string; readonly amount: number }[];
    }
  | { readonly do: "remove_player"; readonly player_id: string }
  | {
      readonly do: "add_drink";
      readonly player_id: string;
      readonly drink_id: string;
      /** May be negative; the tally never falls below 0. */
      readonly amount: number;
    };

export type Command = Change | { readonly do: "revoke"; readonly user_id: string };

/** Longest title or name, in characters: the server's limit. */
export const NAME_LENGTH = 255;

/** Highest amount that the form takes. A tally of more is a slip of the finger. */
export const AMOUNT_MAX = 9999;
