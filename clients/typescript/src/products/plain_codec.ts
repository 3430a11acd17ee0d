import { asMessage, type Codec } from '../wire/codec';

/** Products' messages: each a JSON object in a frame of its own, without a subprotocol. */
export const kPlainCodec: Codec = {
  subprotocol: '',
  frame_max: 0,
  encode: (object) => JSON.stringify(object),
  join: ([frame]) => frame!,
  decode: (frame) => [asMessage(JSON.parse(frame as string))],
};
