import { memo, useEffect, useMemo, useRef } from 'react';
import { textsAt, type ShownText } from '../model/moment';
import { blocksOf } from '../model/text_blocks';
import { Empty } from '../parts/empty';
import { StandingMark } from './side';
import type { Moment } from './use_moment';

/** Newest texts that are shown; a task may have streamed thousands. */
const kShownMax = 100;

/** What the task has said, each stream put together; follows its end until the reader scrolls up. */
export function Texts({ moment: { watch, version, offset, is_over, replay } }: { moment: Moment }) {
  const box = useRef<HTMLDivElement>(null);
  const follow = useRef(true);
  const texts = useMemo(() => textsAt(watch.story, offset), [watch, version, offset]);
  useEffect(() => {
    if (follow.current && box.current !== null) box.current.scrollTop = box.current.scrollHeight;
  }, [texts]);
  // Agents may well work without a word.
  if (texts.length === 0 && watch.story.lanes.length > 0) return null;
  if (texts.length === 0) return <Empty title={is_over && replay.kind === 'live' ? 'This task has streamed no text' : 'No text yet'} />;
  const left_out = texts.length - kShownMax;
  return (
    <div
      className="streams"
      ref={box}
      tabIndex={0}
      role="group"
      aria-label="Text"
      onScroll={(event) => {
        const { scrollTop, clientHeight, scrollHeight } = event.currentTarget;
        follow.current = scrollTop + clientHeight >= scrollHeight - 40;
      }}
    >
      {left_out > 0 && <p className="muted">{left_out} earlier texts are in the events.</p>}
      {texts.slice(-kShownMax).map((one) => (
        <Stream key={one.text.from} {...one} />
      ))}
    </div>
  );
}

function Stream({ text, words, is_growing, is_discarded, standing }: ShownText) {
  const blocks = blocksOf(words);
  const is_gone = standing !== 'present' || is_discarded;
  return (
    <section className={`stream ${is_gone ? 'superseded' : ''}`}>
      <h3>
        {text.agent || text.stream}
        {text.agent !== '' && <span className="muted"> {text.stream}</span>} <StandingMark standing={standing} />
        {is_discarded && <span className="mark">broke off</span>}
      </h3>
      <div className={is_growing ? 'stream-text stream-live' : 'stream-text'}>
        {blocks.map((block, i) => (
          <Block key={i} text={block} />
        ))}
      </div>
    </section>
  );
}

const Block = memo(function Block({ text }: { text: string }) {
  return <div className="stream-block">{text}</div>;
});
