/** Addresses of edges, one of which is the present one. All serve the same, so it only matters to leave one that fails. */
export class Endpoints {
  private readonly urls: readonly string[];
  private at: number;

  /** Begins anywhere, so that clients spread. */
  constructor(urls: readonly string[], random: () => number) {
    if (urls.length === 0) throw new TypeError('no URL of an edge');
    this.urls = urls;
    this.at = Math.floor(random() * urls.length);
  }

  get current(): string {
    return this.urls[this.at]!;
  }

  next(): void {
    this.at = (this.at + 1) % this.urls.length;
  }
}

/** An edge's address without a path: `http://host:port` of `ws://host:port/v1/ws`, of itself, or of the page. */
export function edgeUrl(given: string | URL): string {
  const here = (globalThis as { location?: { href: string } }).location?.href;
  const url = new URL(given, here);
  url.protocol = url.protocol.replace(/^ws/, 'http');
  return `${url.origin}${url.pathname.replace(/\/(v1\/ws)?$/, '')}`;
}

/** Where an edge's WebSocket is. */
export function socketUrl(edge: string, path = '/v1/ws'): string {
  return `${edge.replace(/^http/, 'ws')}${path}`;
}
