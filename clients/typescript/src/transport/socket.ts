/** The part of a WebSocket that the client uses; a browser's WebSocket and the `ws` package both have it. */
export interface SocketLike {
  binaryType: string;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
  onopen: ((event: never) => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number; reason: string }) => void) | null;
  onerror: ((event: never) => void) | null;
}

export type CreateSocket = (url: string, protocols: string[]) => SocketLike;

/** The platform's own WebSocket, or the one given; undefined where there is none (Node before 22). */
export function socketMaker(given?: new (url: string, protocols: string[]) => unknown): CreateSocket | undefined {
  const made = given ?? (globalThis as { WebSocket?: typeof WebSocket }).WebSocket;
  return made && ((url, protocols) => new made(url, protocols) as SocketLike);
}
