/** The drinks there are, common to all boards. Fetched when somebody first needs them. */
import type { Api } from "parlor-client";
import type { Drink } from "./model";

export interface CatalogueState {
  /** null: not known yet. By name. */
  readonly drinks: readonly Drink[] | null;
  readonly error: unknown;
}

/** A small store with the calls that change it. The methods that change throw `ApiError`. */
export interface Catalogue {
  readonly getState: () => CatalogueState;
  readonly subscribe: (listener: () => void) => () => void;
  readonly load: () => Promise<void>;
  readonly add: (name: string) => Promise<Drink>;
  readonly rename: (id: string, name: string) => Promise<void>;
  readonly remove: (id: string) => Promise<void>;
}

export function createCatalogue(api: Api): Catalogue {
  let state: CatalogueState = { drinks: null, error: null };
  const listeners = new Set<() => void>();
  const set = (next: CatalogueState) => {
    state = next;
    for (const listener of [...listeners]) listener();
  };
  const show = (drinks: readonly Drink[]) =>
    set({ drinks: [...drinks].sort((a, b) => a.name.localeCompare(b.name)), error: null });
  const path = (id: string) => `/game/drinks/${encodeURIComponent(id)}`;

  return {
    getState: () => state,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    load: async () => {
      try {
        show(await api.request<readonly Drink[]>("GET", "/game/drinks"));
      } catch (error) {
        set({ ...state, error });
      }
    },
    add: async (name) => {
      const drink = await api.request<Drink>("POST", "/game/drinks", { body: { name } });
      show([...(state.drinks ?? []).filter((one) => one.id !== drink.id), drink]);
      return drink;
    },
    rename: async (id, name) => {
      await api.request("PATCH", path(id), { body: { name } });
      show((state.drinks ?? []).map((one) => (one.id === id ? { ...one, name } : one)));
    },
    remove: async (id) => {
      await api.request("DELETE", path(id));
      show((state.drinks ?? []).filter((one) => one.id !== id));
    },
  };
}
