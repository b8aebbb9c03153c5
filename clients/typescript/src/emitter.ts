/** Listeners by name. One that throws harms neither the others nor the caller. */

/** A set of listeners for each key of `Events`. */
export class Emitter<Events> {
  readonly #listeners = new Map<keyof Events, Set<(payload: never) => void>>();

  on<Name extends keyof Events>(name: Name, listener: (payload: Events[Name]) => void): () => void {
    // Wrapped, so that the same function can listen twice and leave once.
    const own = (payload: Events[Name]) => listener(payload);
    const set = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, set.add(own));
    return () => {
      set.delete(own);
    };
  }

  emit<Name extends keyof Events>(name: Name, payload: Events[Name]): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) {
      try {
        (listener as (payload: Events[Name]) => void)(payload);
      } catch (error) {
        // Reported as any uncaught error is, but later, so that the session goes on.
        setTimeout(() => {
          throw error;
        });
      }
    }
  }
}
