import type { TaskState } from '../protocol';
import type { Ask } from '../topics/shared_topic';

/** The tasks that end when this client is gone for long: each new connection says that it is there for them. */
export class Attachments {
  private readonly ask: Ask;
  private readonly tasks = new Set<string>();
  private sift_at = 64;

  constructor(ask: Ask) {
    this.ask = ask;
  }

  add(task: string): void {
    this.tasks.add(task);
    if (this.tasks.size < this.sift_at) return;
    // Asking says which are over; twice as many may come before it is done again.
    this.sift_at = 2 * this.tasks.size;
    this.up();
  }

  delete(task: string): void {
    this.tasks.delete(task);
  }

  up(): void {
    for (const task of [...this.tasks]) {
      this.ask('attach', { task }, (error, ok) => {
        const state = ok.state as TaskState | undefined;
        const is_over = error === null && state !== 'PENDING' && state !== 'RUNNING';
        if (is_over || error?.code === 'not_found' || error?.code === 'conflict') this.tasks.delete(task);
      });
    }
  }
}
