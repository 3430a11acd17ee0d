import { useLayoutEffect, useRef, type ReactNode } from 'react';

const kNearPx = 40;

/** Scrolls with what grows in it, until the reader scrolls up; at its end it follows again. */
export function FollowingBox({ className, label, children }: { className: string; label: string; children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const follow = useRef(true);
  const last_top = useRef(0);
  useLayoutEffect(() => {
    const observer = new ResizeObserver(() => {
      if (follow.current) box.current!.scrollTop = box.current!.scrollHeight;
    });
    observer.observe(content.current!);
    return () => observer.disconnect();
  }, []);
  const scrolled = () => {
    const { scrollTop, clientHeight, scrollHeight } = box.current!;
    if (scrollTop + clientHeight >= scrollHeight - kNearPx) follow.current = true;
    // Only a reader scrolls up: what is laid out late makes the content longer.
    else if (scrollTop < last_top.current) follow.current = false;
    last_top.current = scrollTop;
  };
  return (
    <div className="following" ref={box} tabIndex={0} role="group" aria-label={label} onScroll={scrolled}>
      <div className={className} ref={content}>
        {children}
      </div>
    </div>
  );
}
