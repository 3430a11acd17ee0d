import { countUpTo } from './tail';

/** Characters kept of a text; beyond them its oldest quarter goes. */
export const kTextMax = 512 * 1024;

/** What is kept of a text, and how many characters were before it. */
export interface Words {
  text: string;
  gone: number;
}

/** A text that grows by pieces, and can be read as it was after any of them. */
export class GrowingText {
  private text = '';
  private gone = 0;
  /** After the event of that offset the text was so long; in order. */
  private marks: { offset: number; length: number }[] = [];
  /** All of it as its end has told it, where that is not what its pieces came to. */
  private whole: (Words & { offset: number }) | null = null;

  /** Characters that are kept. */
  get size(): number {
    return this.text.length + (this.whole?.text.length ?? 0);
  }

  add(offset: number, piece: string): void {
    this.text += piece;
    this.marks.push({ offset, length: this.gone + this.text.length });
    if (this.text.length <= kTextMax) return;
    const cut = Math.max(kTextMax / 4, this.text.length - kTextMax);
    this.text = this.text.slice(cut);
    this.gone += cut;
  }

  /** Pieces may be missing to who came late; the end may bring all of the text. */
  end(offset: number, text: string): void {
    const gone = Math.max(0, text.length - kTextMax);
    if (text !== this.text) this.whole = { offset, text: text.slice(gone), gone };
  }

  at(offset: number): Words {
    if (this.whole !== null && this.whole.offset <= offset) return this.whole;
    const { text, gone } = this;
    const known = countUpTo(this.marks, offset, (mark) => mark.offset);
    if (known === this.marks.length) return { text, gone };
    const length = known === 0 ? 0 : this.marks[known - 1]!.length;
    return { text: text.slice(0, Math.max(0, length - gone)), gone: Math.min(gone, length) };
  }

  /** It will not be read as it was before this event any more. */
  forgetBefore(offset: number): void {
    const known = countUpTo(this.marks, offset, (mark) => mark.offset);
    if (known > 1) this.marks = this.marks.slice(known - 1);
  }
}
