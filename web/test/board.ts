/** A small board to test with. */
import type { Board } from "../src/board/model";

export const negroni = { id: "d1", name: "Negroni" };
export const mojito = { id: "d2", name: "Mojito" };
export const spritz = { id: "d10", name: "Spritz" };
export const drinks = [negroni, mojito, spritz];

export function board(): Board {
  return {
    id: "7",
    title: "Friday",
    owner: "ada",
    editors: ["grace"],
    teams: [
      { id: "t1", name: "Reds", player_ids: ["p1", "p2"] },
      { id: "t2", name: "Blues", player_ids: [] },
    ],
    players: [
      {
        id: "p1",
        name: "Ada",
        team_id: "t1",
        drinks: [
          { drink_id: "d1", drink_name: "Negroni", amount: 2 },
          { drink_id: "d2", drink_name: "Mojito", amount: 1 },
        ],
      },
      { id: "p2", name: "Grace", team_id: "t1", drinks: [] },
      {
        id: "p3",
        name: "Linus",
        team_id: null,
        drinks: [{ drink_id: "d2", drink_name: "Mojito", amount: 3 }],
      },
    ],
  };
}
