import { Signal, type Schedule } from '../model/signal';
import { Tail } from '../model/tail';

/** One message of a conversation, or neighbouring pieces of one text. */
export interface Entry {
  offset: number;
  at_ms: number;
  /** Which of our sides has said or heard it; empty where there is only one. */
  who: string;
  is_ours: boolean;
  type: string;
  body: unknown;
  /** The text, where it is a piece of one; then the pieces so far, put together. */
  text: string | null;
  pieces: number;
}

type Message = Record<string, unknown>;

const kEntriesMax = 5_000;
/** Characters of a text; of a longer one its end is kept. */
const kTextMax = 64 * 1024;

const newest = (text: string): string => (text.length > kTextMax ? `…${text.slice(-kTextMax / 2)}` : text);

/** What both sides have said, in its order. */
export class Transcript {
  readonly signal: Signal;
  readonly entries = new Tail<Entry>(kEntriesMax);
  private readonly now: () => number;
  private said = 0;

  constructor(schedule?: Schedule, now: () => number = Date.now) {
    this.signal = new Signal(schedule);
    this.now = now;
  }

  add(who: string, is_ours: boolean, type: string, body: unknown): void {
    const piece = pieceOf(type, body as Message);
    const last = this.entries.items[this.entries.items.length - 1];
    if (piece !== null && last?.text != null && last.type === type && last.who === who && streamOf(last.body as Message) === streamOf(body as Message)) {
      last.text = newest(last.text + piece);
      last.pieces += 1;
      last.body = body;
    } else {
      this.entries.push({ offset: ++this.said, at_ms: this.now(), who, is_ours, type, body, text: piece === null ? null : newest(piece), pieces: 1 });
    }
    this.signal.touch();
  }
}

/** The pieces of texts in the words of the dialects that have them. */
function pieceOf(type: string, body: Message): string | null {
  if (type === 'token' && typeof body.text === 'string') return body.text;
  if (type === 'TEXT_MESSAGE_CONTENT' && typeof body.delta === 'string') return body.delta;
  if (type === 'agent_streaming' && typeof body.message === 'string') return body.message;
  const { data } = body as { data?: { event_type?: string; payload?: { text?: unknown } } };
  return type === 'event' && data?.event_type === 'TEXT_DELTA' && typeof data.payload?.text === 'string' ? data.payload.text : null;
}

function streamOf(body: Message): unknown {
  const { data, metadata } = body as { data?: { payload?: Message }; metadata?: Message };
  return body.stream ?? body.messageId ?? data?.payload?.stream ?? metadata?.stream ?? null;
}
