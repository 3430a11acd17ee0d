/** Calls back in moments when the network may have changed: it comes or goes, a lid opens, a page is shown again. Does
 *  nothing outside of a browser. Returns the function that ends it. */
export function watchNetwork(look: () => void): () => void {
  if (typeof window === 'undefined' || typeof document === 'undefined') return () => undefined;
  const shown = () => {
    if (!document.hidden) look();
  };
  const events = ['online', 'offline', 'pageshow'];
  for (const event of events) window.addEventListener(event, look);
  document.addEventListener('visibilitychange', shown);
  return () => {
    for (const event of events) window.removeEventListener(event, look);
    document.removeEventListener('visibilitychange', shown);
  };
}
