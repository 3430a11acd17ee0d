import { memo, useEffect, useMemo, useRef } from 'react';
import { textsAt, type ShownText } from '../model/moment';
import { blocksOf } from '../model/text_blocks';
import { Empty } from '../parts/empty';
import { LeftOut } from '../parts/left_out';
import { StandingMark } from './standing_mark';
import type { Moment } from './use_moment';

/** What the task has said, each stream put together; follows its end until the reader scrolls up. */
export function Texts({ moment: { watch, version, offset, is_over, replay } }: { moment: Moment }) {
  const box = useRef<HTMLDivElement>(null);
  const follow = useRef(true);
  const texts = useMemo(() => textsAt(watch.story, offset), [watch, version, offset]);
  useEffect(() => {
    if (follow.current && box.current !== null) box.current.scrollTop = box.current.scrollHeight;
  }, [texts]);
  const is_empty = texts.length === 0 && watch.story.gone.texts === 0;
  // Agents may well work without a word.
  if (is_empty && watch.story.lanes.length > 0) return null;
  if (is_empty) return <Empty title={is_over && replay.kind === 'live' ? 'This task has streamed no text' : 'No text yet'} />;
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
      <LeftOut n={watch.story.gone.texts} what="text" />
      {texts.map((one) => (
        <Stream key={one.text.from} {...one} />
      ))}
    </div>
  );
}

const Stream = memo(function Stream({ text, words, gone, is_growing, is_discarded, standing }: ShownText) {
  const blocks = blocksOf(words);
  const is_gone = standing !== 'present' || is_discarded;
  return (
    <section className={`stream ${is_gone ? 'superseded' : ''}`}>
      <h3>
        {text.agent || text.stream}
        {text.agent !== '' && <span className="muted"> {text.stream}</span>} <StandingMark standing={standing} />
        {is_discarded && <span className="mark">broke off</span>}
      </h3>
      <LeftOut n={gone} what="character" />
      <div className={is_growing ? 'stream-text stream-live' : 'stream-text'}>
        {blocks.map((block, i) => (
          <Block key={i} text={block} />
        ))}
      </div>
    </section>
  );
});

const Block = memo(function Block({ text }: { text: string }) {
  return <div className="stream-block">{text}</div>;
});
