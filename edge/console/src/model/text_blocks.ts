/** A block is laid out anew when it grows, so it ends at the first end of a line, a sentence or a word beyond these. */
const kLine = 1_000;
const kSentence = 4_000;
const kWord = 6_000;
const kMost = 8_000;

/** A text in pieces, of which only the last one changes as the text grows. */
export function blocksOf(text: string): string[] {
  const blocks: string[] = [];
  let begin = 0;
  while (text.length - begin > kLine) {
    const end = endOf(text, begin);
    if (end === null) break;
    blocks.push(text.slice(begin, end));
    begin = end;
  }
  blocks.push(text.slice(begin));
  return blocks;
}

function endOf(text: string, begin: number): number | null {
  const most = Math.min(text.length, begin + kMost);
  for (let at = begin + kLine; at < most; at++) {
    const length = at - begin;
    const c = text[at];
    if (c === '\n') return at + 1;
    if (length >= kSentence && c === ' ' && '.!?'.includes(text[at - 1]!)) return at + 1;
    if (length >= kWord && c === ' ') return at + 1;
  }
  return most === begin + kMost ? most : null;
}
