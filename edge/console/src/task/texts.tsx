import { memo, useMemo } from 'react';
import { textsAt, type ShownText } from '../model/moment';
import { blocksOf } from '../model/text_blocks';
import { Empty } from '../parts/empty';
import { FollowingBox } from '../parts/following_box';
import { LeftOut } from '../parts/left_out';
import { StandingMark } from './standing_mark';
import type { Moment } from './use_moment';

/** What the task has said, each stream put together. */
export function Texts({ moment: { watch, version, offset, is_over, replay } }: { moment: Moment }) {
  const { story } = watch;
  const texts = useMemo(() => textsAt(story, offset), [story, version, offset]);
  const is_empty = texts.length === 0 && story.gone.texts === 0;
  // Agents may well work without a word.
  if (is_empty && story.lanes.length > 0) return null;
  if (is_empty) return <Empty title={is_over && replay.kind === 'live' ? 'This task has streamed no text' : 'No text yet'} />;
  return (
    <FollowingBox className="streams" label="Text">
      <LeftOut n={story.gone.texts} what="text" />
      {texts.map((one) => (
        <Stream key={one.text.from} {...one} />
      ))}
    </FollowingBox>
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
