/**
 * How games draw their views, by the name of the game. A game without an entry is shown as a tree of
 * JSON; one with an entry can be shown either way. This is where a game's own table is plugged in.
 */
import { type ComponentType, lazy } from "react";
import type { Json } from "./diff";

/** What a renderer is given. */
export interface RendererProps {
  /** `data` of the snapshot, as the viewer saw it. */
  readonly view: Json;
  /** The viewer's seat; null for a spectator. */
  readonly seat: number | null;
}

export type Renderers = Readonly<Record<string, ComponentType<RendererProps>>>;

export const renderers: Renderers = {
  nommie: lazy(() => import("../nommie/replay-table")),
};
