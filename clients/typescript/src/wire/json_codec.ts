import { asMessage, type Codec } from './codec';

/** An object a line. */
export const kJsonCodec: Codec = {
  subprotocol: 'longwire.v1.json',
  frame_max: 32_768,

  encode: (object) => JSON.stringify(object),

  join: (frames) => frames.join('\n'),

  decode: (frame) => {
    if (typeof frame !== 'string') throw new TypeError('a binary frame');
    return frame
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => asMessage(JSON.parse(line)));
  },
};
