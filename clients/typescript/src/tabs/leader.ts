import type { Message } from '../protocol';
import type { Event, FilterGap, Gap, Merged, Place, Push, Snapshot } from '../protocol';
import { randomId } from '../random_id';
import type { Session, SessionHandlers } from '../session/session';
import { Filters } from '../topics/filters';
import { Topics } from '../topics/topics';
import type { End } from './exchange';
import { SharedMembers } from './shared_members';
import { TabLine } from './tab_line';
import type { FromLeader, FromLeaderItem, LineId, ToLeader } from './words';

/** The tab that has the connection: to the other tabs, and to itself, it is what an edge is. */
export class Leader {
  readonly topics: Topics;
  readonly filters: Filters;
  readonly members: SharedMembers;
  readonly session: Session;
  private readonly id = randomId();
  private readonly tab: string;
  private readonly end: End<FromLeader, ToLeader>;
  private readonly watchTab: (tab: string, gone: () => void) => void;
  private readonly lines = new Map<LineId, TabLine>();
  private readonly tabs = new Set<string>();
  private outgoing: FromLeaderItem[] = [];

  constructor(
    tab: string,
    end: End<FromLeader, ToLeader>,
    openSession: (handlers: SessionHandlers) => Session,
    /** Calls back when a tab has gone. */
    watchTab: (tab: string, gone: () => void) => void,
  ) {
    this.tab = tab;
    this.end = end;
    this.watchTab = watchTab;
    this.session = openSession({
      up: () => this.up(),
      lost: () => this.lost(),
      pushed: (message) => this.pushed(message),
      // A tab is connected when it is greeted; and that this one closes is no matter of the others.
      changed: (state) => state.kind !== 'connected' && state.kind !== 'closed' && this.post({ state }),
    });
    const { ask } = this.session;
    this.topics = new Topics(ask);
    this.filters = new Filters(ask);
    this.members = new SharedMembers(ask);
    end.onmessage = (word) => this.hear(word);
    // Its first state, told to all, is how they learn who leads.
    this.session.open();
  }

  close(): void {
    this.session.close();
    this.flush();
    this.end.onmessage = null;
  }

  /** Says something to one line, or to all. What is said in one turn goes together. */
  post(item: FromLeaderItem): void {
    if (this.outgoing.length === 0) queueMicrotask(() => this.flush());
    this.outgoing.push(item);
  }

  /** A line that can't go on comes back by itself. */
  drop(line: TabLine, reason: string): void {
    if (!this.lines.delete(line.id)) return;
    line.end();
    this.post({ line: line.id, closed: reason });
  }

  private hear(word: ToLeader): void {
    if ('open' in word) return this.open(word.line, word.tab);
    if ('hurry' in word) return this.session.retry();
    if ('doubt' in word) return this.session.check();
    const line = this.lines.get(word.line);
    if (line === undefined) return this.post({ line: word.line, closed: 'not known here' });
    if ('say' in word) word.say.forEach((command) => line.obey(command));
    else this.forget(line);
  }

  private open(id: LineId, tab: string): void {
    let line = this.lines.get(id);
    if (line === undefined) {
      line = new TabLine(id, tab, this);
      this.lines.set(id, line);
      this.watch(tab);
    }
    const { state } = this.session;
    this.post(state.kind === 'connected' ? { line: id, opened: true } : { line: id, state });
  }

  private watch(tab: string): void {
    if (this.tabs.has(tab)) return;
    this.tabs.add(tab);
    this.watchTab(tab, () => {
      this.tabs.delete(tab);
      for (const line of [...this.lines.values()]) if (line.tab === tab) this.forget(line);
    });
  }

  private forget(line: TabLine): void {
    if (this.lines.delete(line.id)) line.end();
  }

  private up(): void {
    this.filters.up();
    for (const line of this.lines.keys()) this.post({ line, opened: true });
  }

  private lost(): void {
    this.topics.lost();
    this.filters.lost();
    this.members.lost();
    for (const line of [...this.lines.values()]) this.drop(line, 'connection lost');
  }

  private pushed(message: Message): void {
    const { gap, merged, snapshot, topic, notice } = message as {
      gap?: Gap | FilterGap;
      merged?: Merged;
      snapshot?: Snapshot;
      topic?: string;
      notice?: string;
    };
    // Tabs hear only of what is for them: this one drains, and has the token.
    if (notice === 'draining' || notice === 'token_expiring') return;
    // To those who wait for it, by their lines.
    if (snapshot !== undefined) return void this.topics.push(topic!, { snapshot, place: message as unknown as Place });
    let is_past = false;
    const note = (of: string, push: Push) => (is_past = !this.topics.push(of, push));
    if (merged !== undefined) note(merged.topic, { merged });
    else if (gap !== undefined && 'topic' in gap) note(gap.topic, { gap });
    else if (topic !== undefined) note(topic, { event: message as unknown as Event });
    this.post({ hear: is_past ? { ...message, past: true } : message });
  }

  private flush(): void {
    const items = this.outgoing;
    this.outgoing = [];
    if (items.length === 0) return;
    const others = items.filter((item) => this.isForOthers(item));
    if (others.length > 0) this.end.toOthers({ leader: this.id, items: others });
    this.end.toOwn({ leader: this.id, items });
  }

  private isForOthers(item: FromLeaderItem): boolean {
    if (item.line !== undefined) return this.lines.get(item.line)?.tab !== this.tab;
    // Who leads is said to all, since whoever does not know of it has no line yet.
    return !('hear' in item) || this.tabs.size > (this.tabs.has(this.tab) ? 1 : 0);
  }
}
