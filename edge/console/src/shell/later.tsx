import { useConnection } from '@longwire/client/react';
import { useEffect, useState, type ComponentType } from 'react';
import { Empty } from '../parts/empty';

/** A page whose code comes when it is shown for the first time. If it can't be had that is said, and it is asked for
 *  again whenever there is a connection. */
export function later<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  let loaded: ComponentType<Props> | null = null;
  return function Later(props: Props) {
    const [Page, setPage] = useState(() => loaded);
    const [failed, setFailed] = useState(false);
    const is_connected = useConnection().kind === 'connected';
    useEffect(() => {
      if (Page !== null) return;
      let is_here = true;
      load().then(
        (page) => {
          loaded = page;
          if (is_here) setPage(() => page);
        },
        () => is_here && setFailed(true),
      );
      return () => {
        is_here = false;
      };
    }, [Page, is_connected]);
    if (Page !== null) return <Page {...props} />;
    return failed ? (
      <Empty title="This page could not be loaded">
        <p className="muted">It comes when there is a connection again. If it does not, reload.</p>
      </Empty>
    ) : (
      <Empty title="One moment…" />
    );
  };
}
