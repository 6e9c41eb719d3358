/** Loads that are under way, shared by everyone who asks for the same key meanwhile. */
export interface SingleFlight<T> {
  /** Joins the load of this key, or begins it. */
  run(
    tag: string,
    key: string,
    load: () => Promise<T>,
  ): { readonly value: Promise<T>; readonly shared: boolean };
  /** Whoever asks from now on begins a new load: what is under way may be out of date. */
  forget(tag: string): void;
}

export function createSingleFlight<T>(): SingleFlight<T> {
  const flights = new Map<string, Map<string, Promise<T>>>();
  return {
    run(tag, key, load) {
      const loading = flights.get(tag) ?? new Map<string, Promise<T>>();
      flights.set(tag, loading);
      const joined = loading.get(key);
      if (joined !== undefined) return { value: joined, shared: true };
      const value = load().finally(() => {
        if (loading.get(key) === value) loading.delete(key);
      });
      loading.set(key, value);
      return { value, shared: false };
    },
    forget(tag) {
      flights.delete(tag);
    },
  };
}
