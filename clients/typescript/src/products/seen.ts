/** The newest keys, to tell what comes twice after a reconnect. */
export class Seen {
  private readonly keys = new Set<string>();
  private readonly size_max: number;

  constructor(size_max = 5_000) {
    this.size_max = size_max;
  }

  /** Whether it was there before. */
  add(key: string): boolean {
    if (this.keys.has(key)) return true;
    this.keys.add(key);
    if (this.keys.size > this.size_max) this.keys.delete(this.keys.values().next().value!);
    return false;
  }
}
