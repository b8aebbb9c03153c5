/** Gacha: one pull or ten, and how near the next Epic is. */
import { useState } from "react";
import { PITY } from "../casino/draws";
import { pityIn } from "../casino/ledger";
import type { Answer, GachaResult } from "../casino/model";
import { useFloor } from "./floor-context";
import { Machine } from "./machine";
import { Capsule } from "./symbols";
import { usePlay } from "./use-play";

/** What pulls cost, in tokens. */
const PRICES = [
  [1, 50],
  [10, 450],
] as const;

export function Gacha() {
  const { store, state } = useFloor();
  const [result, setResult] = useState<(GachaResult & Answer) | null>(null);
  const { busy, problem, run } = usePlay();
  const pity = pityIn(state.ledger) ?? 0;
  const pull = async (count: 1 | 10) => {
    if (busy) return;
    const answer = await run(() => store.play((casino) => casino.pull(count)));
    if (answer) setResult(answer);
  };
  return (
    <Machine
      game="gacha"
      motto={`Epic or better at the ${PITY}th pull at the latest.`}
      said={result ? saidOf(result) : ""}
      outcome={result ? (result.ultra_rare_item_count > 0 ? "won" : "even") : undefined}
      problem={problem}
      stage={
        result ? (
          // Anew for each pull, so that it falls out again.
          <ul className="pulled" data-many={result.pull_count} key={result.counter}>
            {result.items.map((item, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a pull never changes
              <li key={index} data-rarity={item.rarity}>
                <Capsule rarity={item.rarity} />
                <span className="pulled-name">{item.name}</span>
                <span className="pulled-rarity">{item.rarity}</span>
              </li>
            ))}
          </ul>
        ) : (
          <div className="globe" aria-hidden="true">
            <Capsule rarity="Common" />
            <Capsule rarity="Epic" />
            <Capsule rarity="Rare" />
            <Capsule rarity="Legendary" />
            <Capsule rarity="Common" />
          </div>
        )
      }
    >
      <Pity pity={pity} />
      <div className="machine-form pulls">
        {PRICES.map(([count, price]) => (
          <button
            type="button"
            key={count}
            className="button machine-go"
            aria-disabled={busy}
            onClick={() => void pull(count)}
          >
            Pull {count === 1 ? "one" : "ten"} <span className="price">{price}</span>
          </button>
        ))}
      </div>
    </Machine>
  );
}

function saidOf({ items, ultra_rare_item_count, rare_item_count }: GachaResult): string {
  const only = items.length === 1 ? items[0] : undefined;
  if (only) return `${only.name}, ${only.rarity}.`;
  const better = rare_item_count - ultra_rare_item_count;
  return `Ten pulled: ${ultra_rare_item_count} Epic or better, ${better} Rare.`;
}

function Pity({ pity }: { readonly pity: number }) {
  const left = PITY - pity;
  const words =
    left === 1 ? "The next pull is Epic or better" : `Epic or better within ${left} pulls`;
  return (
    <div className="pity">
      <span>{words}</span>
      {/* biome-ignore lint/a11y/useSemanticElements: a meter cannot be drawn alike everywhere */}
      <div
        role="meter"
        aria-label="Pulls since the last Epic"
        aria-valuemin={0}
        aria-valuemax={PITY}
        aria-valuenow={pity}
        className="pity-meter"
      >
        <svg width="100%" height="8" aria-hidden="true">
          <rect className="pity-track" width="100%" height="8" rx="4" />
          <rect className="pity-full" width={`${(pity / PITY) * 100}%`} height="8" rx="4" />
        </svg>
      </div>
    </div>
  );
}
