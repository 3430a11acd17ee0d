export interface ServerSentEvent {
  type: string;
  data: string;
  /** Of this or an earlier one. */
  id: string;
}

/** The text of a `text/event-stream` (WHATWG HTML, 9.2), as it comes. A new id without data is told, too. */
export class EventStreamParser {
  private readonly told: (event: ServerSentEvent) => void;
  private rest = '';
  private data: string[] = [];
  private type = '';
  private id = '';
  private has_new_id = false;

  constructor(told: (event: ServerSentEvent) => void) {
    this.told = told;
  }

  push(text: string): void {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop()!;
    for (const line of lines) this.line(line.endsWith('\r') ? line.slice(0, -1) : line);
  }

  private line(line: string): void {
    if (line === '') return this.end();
    const colon = line.indexOf(':');
    if (colon === 0) return; // a comment
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (name === 'data') this.data.push(value);
    else if (name === 'event') this.type = value;
    else if (name === 'id') {
      this.id = value;
      this.has_new_id = true;
    }
  }

  private end(): void {
    const is_nothing = this.data.length === 0 && !this.has_new_id;
    this.has_new_id = false;
    if (is_nothing) return; // but a comment
    const event = { type: this.type || 'message', data: this.data.join('\n'), id: this.id };
    this.data = [];
    this.type = '';
    this.told(event);
  }
}
