/** Functions that want to be told. One that throws does not keep the others from being told. */
export class Listeners<T> {
  private readonly all = new Set<(value: T) => void>();

  /** Returns the function that ends it. */
  add(listener: (value: T) => void): () => void {
    // A function of its own for each call, so that a listener added twice is told twice and removed once.
    const own = (value: T) => listener(value);
    this.all.add(own);
    return () => void this.all.delete(own);
  }

  tell(value: T): void {
    for (const listener of [...this.all]) guarded(() => listener(value));
  }
}

/** Runs an application's callback: its error is reported as uncaught, and does not break the connection. */
export function guarded(run: () => void): void {
  try {
    run();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
