import type { Message } from '../protocol';
import { asMessage, type Codec } from './codec';
import { MsgpackReader } from './msgpack_reader';
import { MsgpackWriter } from './msgpack_writer';

/** One object after the other. */
export const kMsgpackCodec: Codec = {
  subprotocol: 'longwire.v1.msgpack',
  frame_max: 32_768,

  encode: (object) => {
    const writer = new MsgpackWriter();
    writer.value(object);
    return writer.take();
  },

  join: (frames) => {
    const parts = frames as Uint8Array[];
    const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  },

  decode: (frame) => {
    const reader = new MsgpackReader(bytesOf(frame));
    const messages: Message[] = [];
    while (reader.has_more) messages.push(asMessage(reader.value()));
    return messages;
  },
};

function bytesOf(frame: unknown): Uint8Array {
  if (frame instanceof ArrayBuffer) return new Uint8Array(frame);
  if (frame instanceof Uint8Array) return frame;
  throw new TypeError('a text frame');
}
