import { useEffect, useImperativeHandle, useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactNode, type Ref } from 'react';

export interface VirtualListHandle {
  toEnd(): void;
  toIndex(index: number): void;
  focus(): void;
}

interface Props {
  count: number;
  /** Every row is this high. */
  row_px: number;
  render: (index: number) => ReactNode;
  label: string;
  /** Stay at the end as rows are added. */
  follow?: boolean;
  /** The reader has left the end, or come back to it. */
  onFollow?: (follow: boolean) => void;
  onKeyDown?: (event: KeyboardEvent<HTMLDivElement>) => void;
  handle?: Ref<VirtualListHandle>;
  role?: string;
  className?: string;
  footer?: ReactNode;
}

const kOverscan = 8;

/** A scrolling list that only has the rows in sight in the page, however many there are. */
export function VirtualList({ count, row_px, render, label, follow = false, onFollow, handle, footer, ...rest }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const last_top = useRef(0);
  const [first, setFirst] = useState(0);
  const [height, setHeight] = useState(0);

  useLayoutEffect(() => {
    const element = box.current!;
    const measure = () => setHeight(element.clientHeight);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  useLayoutEffect(() => {
    if (follow) toEnd(box.current!);
  }, [follow, count, height, row_px]);

  // A list that has become shorter may be scrolled elsewhere now without a scroll event yet.
  useEffect(() => setFirst(Math.floor(box.current!.scrollTop / row_px)), [count, row_px]);

  useImperativeHandle(handle, () => ({
    focus: () => box.current!.focus(),
    toEnd: () => toEnd(box.current!),
    toIndex: (index) => {
      const element = box.current!;
      const top = index * row_px;
      if (top < element.scrollTop) element.scrollTop = top;
      else if (top + row_px > element.scrollTop + element.clientHeight) element.scrollTop = top + row_px - element.clientHeight;
    },
  }));

  const scrolled = () => {
    const element = box.current!;
    const top = element.scrollTop;
    setFirst(Math.floor(top / row_px));
    const at_end = top + element.clientHeight >= element.scrollHeight - 2 * row_px;
    if (at_end && !follow) onFollow?.(true);
    // Only a reader scrolls up: following and growing both go down.
    else if (!at_end && follow && top < last_top.current) onFollow?.(false);
    last_top.current = top;
  };

  // While following, the end is in sight whatever the last scroll event said: rows may come faster than those do.
  const in_sight = Math.ceil(height / row_px);
  const top_row = follow ? Math.max(0, count - in_sight) : Math.min(first, count);
  const from = Math.max(0, top_row - kOverscan);
  const to = Math.min(count, top_row + in_sight + kOverscan);
  const rows: ReactNode[] = [];
  for (let i = from; i < to; i++) rows.push(render(i));

  return (
    <div
      ref={box}
      className={`virtual ${rest.className ?? ''}`}
      onScroll={scrolled}
      onKeyDown={rest.onKeyDown}
      tabIndex={0}
      role={rest.role ?? 'list'}
      aria-label={label}
    >
      <div className="virtual-space" role="presentation" style={{ height: count * row_px }}>
        <div className="virtual-rows" role="presentation" style={{ transform: `translateY(${from * row_px}px)` }}>
          {rows}
        </div>
      </div>
      {footer}
    </div>
  );
}

function toEnd(element: HTMLElement): void {
  element.scrollTop = element.scrollHeight;
}
