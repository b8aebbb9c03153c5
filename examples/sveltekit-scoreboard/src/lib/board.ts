/** The scoreboard's shapes (docs/PROTOCOL.md, "HTTP: scoreboard"): what is read, and what may be said. */

export interface Drink {
  readonly id: string;
  readonly name: string;
}

export interface Tally {
  readonly drink_id: string;
  readonly drink_name: string;
  readonly amount: number;
}

export interface Player {
  readonly id: string;
  readonly name: string;
  readonly drinks: readonly Tally[];
}

export interface Board {
  readonly title: string;
  readonly owner: string;
  readonly players: readonly Player[];
}

export type Command =
  | { readonly do: "add_player"; readonly name: string }
  | {
      readonly do: "add_drink";
      readonly player_id: string;
      readonly drink_id: string;
      readonly amount: number;
    };

/** The board as it will be: shown until the server has answered, and undone if it refuses. */
export function withDrink(board: Board, player: Player, drink: Drink): Board {
  const add = (drinks: readonly Tally[]): readonly Tally[] =>
    drinks.some((tally) => tally.drink_id === drink.id)
      ? drinks.map((tally) =>
          tally.drink_id === drink.id ? { ...tally, amount: tally.amount + 1 } : tally,
        )
      : [...drinks, { drink_id: drink.id, drink_name: drink.name, amount: 1 }];
  return {
    ...board,
    players: board.players.map((one) =>
      one.id === player.id ? { ...one, drinks: add(one.drinks) } : one,
    ),
  };
}
