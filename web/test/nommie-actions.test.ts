import { ApiError, type CommandResult, type SendOptions } from "parlor-client";
import { expect, test } from "vitest";
import { createActions } from "../src/nommie/actions";
import type { Command, Table } from "../src/nommie/model";
import type { Toast } from "../src/ui/toast";
import { annToPlay, table, trick } from "./table";

interface Sent {
  readonly command: Command;
  readonly lockVersion: number | undefined;
  readonly answer: (reply: null | ApiError) => void;
}

/** A server driven by hand: each command waits for `answer`. */
function stage() {
  const sent: Sent[] = [];
  const toasts: Toast[] = [];
  const now = { confirmed: annToPlay() as Table, version: 7 };
  const effects: ((view: Table) => Table)[] = [];
  const shown = () => effects.reduce((view, effect) => effect(view), now.confirmed);
  const send = (command: Command, options: SendOptions<Table> = {}) =>
    new Promise<CommandResult>((resolve, reject) => {
      if (options.optimistic) effects.push(options.optimistic);
      sent.push({
        command,
        lockVersion: options.lockVersion,
        answer: (reply) => {
          effects.length = 0;
          if (reply) reject(reply);
          else resolve({ lockVersion: 8, data: null });
        },
      });
    });
  const actions = createActions({
    send,
    state: () => ({ view: shown(), confirmed: now.confirmed, version: now.version }),
    toast: (one) => {
      toasts.push(one);
    },
  });
  const settled = () => new Promise<void>((resolve) => setTimeout(resolve, 0));
  return { actions, sent, toasts, now, shown, settled };
}

const stale = () => new ApiError(409, "OPTIMISTIC_LOCK", "stale");
const queen = { do: "play", card: "QH" } as const;

test("a card is shown as played, and sent once with the version that was seen", async () => {
  const { actions, sent, shown, settled } = stage();
  actions.move(queen, 0);
  actions.move(queen, 0); // The second half of a double click.
  expect(shown().viewer_hand).toEqual(["4C", "AS"]);
  expect(sent.map(({ command, lockVersion }) => [command, lockVersion])).toEqual([[queen, 7]]);
  sent[0]?.answer(null);
  await settled();
});

test("a refusal puts the card back and says why", async () => {
  const { actions, sent, toasts, now, shown, settled } = stage();
  actions.move(queen, 0);
  now.confirmed = table(trick({ trick_no: 2, to_act: 2 }), { viewer_hand: ["4C", "QH"] });
  sent[0]?.answer(stale());
  await settled();
  expect(shown().viewer_hand).toEqual(["4C", "QH"]);
  expect(sent).toHaveLength(1);
  expect(toasts).toEqual([
    {
      kind: "error",
      text: "Queen of hearts is back in your hand. The table had moved on, perhaps in another window of yours.",
    },
  ]);
});

test("something else changed the version: the same move is sent anew, by itself", async () => {
  const { actions, sent, toasts, now, shown, settled } = stage();
  actions.move(queen, 0);
  now.version = 8;
  sent[0]?.answer(stale());
  await settled();
  expect(sent.map(({ lockVersion }) => lockVersion)).toEqual([7, 8]);
  expect(shown().viewer_hand).toEqual(["4C", "AS"]);
  sent[1]?.answer(null);
  await settled();
  expect(toasts).toEqual([]);
});

test("a dead network and a rule say their own reason", async () => {
  const { actions, sent, toasts, settled } = stage();
  actions.move(queen, 0);
  sent[0]?.answer(new ApiError(0, "TIMEOUT", "no answer in time"));
  await settled();
  actions.move(queen, 0);
  sent[1]?.answer(new ApiError(422, "MUST_FOLLOW_SUIT", "follow the suit that was led"));
  await settled();
  expect(toasts.map((one) => one.text)).toEqual([
    "Queen of hearts is back in your hand. The server did not answer in time.",
    "Queen of hearts is back in your hand. Follow the suit that was led.",
  ]);
});

test("what is not legal is not sent", () => {
  const { actions, sent } = stage();
  actions.move({ do: "play", card: "4C" }, 0);
  actions.move({ do: "bid", bid: 1 }, 0);
  expect(sent).toEqual([]);
});

test("anything else resolves with whether it was done", async () => {
  const { actions, sent, toasts, settled } = stage();
  const done = actions.run({ do: "join" }, "You did not get a seat.");
  sent[0]?.answer(new ApiError(409, "GAME_FULL", "all four seats are taken"));
  expect(await done).toBe(false);
  await settled();
  expect(toasts[0]?.text).toBe("You did not get a seat. All four seats are taken.");
});
