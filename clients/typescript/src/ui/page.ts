/** What a batch needs of the page that it is shown on. */
export interface Page {
  is_hidden(): boolean;
  /** Before the next paint, or in so many milliseconds where nothing is painted. Returns what takes it back. */
  soon(run: () => void, hidden_ms: number): () => void;
}

/** About one frame, where there is no page. */
const kFrameMs = 16;

/** A hidden page paints nothing, and one that is hidden just now does not paint what was asked of it before: so there is
 *  a timer, too. */
export const kPage: Page = {
  is_hidden: () => typeof document !== 'undefined' && document.hidden,

  soon: (run, hidden_ms) => {
    if (typeof requestAnimationFrame === 'undefined') {
      const timer = setTimeout(run, kFrameMs);
      return () => clearTimeout(timer);
    }
    const timer = setTimeout(() => {
      cancelAnimationFrame(frame);
      run();
    }, hidden_ms);
    const frame = requestAnimationFrame(() => {
      clearTimeout(timer);
      run();
    });
    return () => {
      clearTimeout(timer);
      cancelAnimationFrame(frame);
    };
  },
};
