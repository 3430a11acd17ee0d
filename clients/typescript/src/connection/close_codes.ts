/** What a client does when it was closed so. */
export type AfterClose =
  /** Come back at once, unless that was tried just before. */
  | 'at_once'
  | 'backoff'
  /** Come back, but not soon. */
  | 'later'
  /** With another token. */
  | 'unauthorized'
  /** All is said. */
  | 'done'
  /** Don't come back: the same client would be closed again. */
  | 'never';

const kLater = new Set([1013, 4429]);
const kAtOnce = new Set([1012, 4408, 4410]);

/** Of refusals, the words for people where the edge gave none. */
const kNever = new Map([
  [1008, 'closed by policy'],
  [4403, 'not allowed here'],
  [4409, 'replaced by a newer connection'],
]);

export function afterClose(code: number): AfterClose {
  if (code === 4401) return 'unauthorized';
  if (kNever.has(code)) return 'never';
  if (kLater.has(code)) return 'later';
  return kAtOnce.has(code) ? 'at_once' : 'backoff';
}

export function closeReason(code: number, reason: string): string {
  return reason || kNever.get(code) || (code === 4401 ? 'a token is needed' : 'connection lost');
}
