import { countUpTo } from './tail';

/** A text that grows by pieces, and can be read as it was after any of them. */
export class GrowingText {
  private text = '';
  /** After the event of that offset the text is so long; in order. */
  private readonly marks: { offset: number; length: number }[] = [];
  /** All of it as its end has told it, where that is not what its pieces came to. */
  private whole: { offset: number; text: string } | null = null;

  get now(): string {
    return this.whole?.text ?? this.text;
  }

  add(offset: number, piece: string): void {
    this.text += piece;
    this.marks.push({ offset, length: this.text.length });
  }

  /** Pieces may be missing to who came late; the end may bring all of the text. */
  end(offset: number, text: string): void {
    if (text !== this.text) this.whole = { offset, text };
  }

  at(offset: number): string {
    if (this.whole !== null && this.whole.offset <= offset) return this.whole.text;
    const known = countUpTo(this.marks, offset, (mark) => mark.offset);
    return known === this.marks.length ? this.text : this.text.slice(0, known === 0 ? 0 : this.marks[known - 1]!.length);
  }
}
