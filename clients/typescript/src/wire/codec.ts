import type { Message } from '../protocol';

export type Frame = string | Uint8Array<ArrayBuffer>;

/** How objects travel in frames. */
export interface Codec {
  /** "" for none. */
  readonly subprotocol: string;
  /** How much one frame may hold of several objects; 0 for an object a frame. */
  readonly frame_max: number;
  encode(object: object): Frame;
  /** One frame of several. */
  join(frames: readonly Frame[]): Frame;
  /** All objects of a frame. Throws where it can't be read. */
  decode(frame: unknown): Message[];
}

/** What is no object is no message. */
export function asMessage(value: unknown): Message {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('not an object');
  return value as Message;
}
