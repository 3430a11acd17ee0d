import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { kMsgpackCodec } from '../../src/wire/msgpack_codec';
import { MsgpackReader } from '../../src/wire/msgpack_reader';
import { MsgpackWriter } from '../../src/wire/msgpack_writer';
import { seeded } from '../support/random';

interface Vectors {
  both: { msgpack: string; json: string }[];
  shown: { name: string; msgpack: string; json: string }[];
  not_msgpack: string[];
}

const path = new URL('../../../../protocol/vectors/json.json', import.meta.url);
const vectors = JSON.parse(readFileSync(path, 'utf8')) as Vectors;
const bytes = (hex: string) => Uint8Array.from(hex.match(/../g) ?? [], (two) => parseInt(two, 16));
const read = (hex: string) => {
  const reader = new MsgpackReader(bytes(hex));
  const value = reader.value();
  if (reader.has_more) throw new RangeError('more behind it');
  return value;
};
const write = (value: unknown) => {
  const writer = new MsgpackWriter();
  writer.value(value);
  return writer.take();
};
const hex = (value: Uint8Array) => Buffer.from(value).toString('hex');
/** As a page would show it: bytes in base64, numbers with all their digits. */
const shown = (value: unknown): string =>
  JSON.stringify(value, (_, one: unknown) =>
    typeof one === 'bigint' ? `big ${one}` : one instanceof Uint8Array ? Buffer.from(one).toString('base64') : one,
  ).replace(/"big (-?\d+)"/g, '$1');

describe('MessagePack', () => {
  it.each(vectors.both.map((one) => [one.json.slice(0, 60), one] as const))('reads and writes %s', (_, one) => {
    const value = read(one.msgpack);
    expect(JSON.parse(shown(value))).toEqual(JSON.parse(one.json));
    expect(hex(write(value))).toBe(one.msgpack);
  });

  // What an edge refuses for its depth, or for keys that are no text, it does not send either.
  const not_formed = vectors.not_msgpack.filter((one) => !one.startsWith('9191') && one !== '8181010203');

  it.each(not_formed.map((one) => [one]))('refuses "%s"', (one) => {
    expect(() => read(one)).toThrow();
  });

  it('reads what JSON has no form for', () => {
    expect(read('c40301fe02')).toEqual(new Uint8Array([1, 254, 2]));
    expect(read('d6ff5a4af6a5')).toBe('2018-01-02T03:04:05Z');
    expect(read('d7ff000000045a4af6a5')).toBe('2018-01-02T03:04:05.000000001Z');
    expect(read('d4052a')).toEqual({ ext: 5, bytes: new Uint8Array([0x2a]) });
    expect(read('81a95f5f70726f746f5f5f01')).toEqual(JSON.parse('{"__proto__": 1}'));
  });

  it('reads back all that it writes, of each length', () => {
    const random = seeded(1);
    const any = (depth: number): unknown => {
      const dice = Math.floor(random() * (depth > 4 ? 6 : 8));
      const size = Math.floor(2 ** (random() * (depth > 1 ? 5 : 17)));
      if (dice === 0) return Math.floor((random() - 0.5) * 2 ** (random() * 53));
      if (dice === 1) return random() * 1e9;
      if (dice === 2) return 'é'.repeat(size);
      if (dice === 3) return new Uint8Array(size).fill(7);
      if (dice === 4) return random() < 0.5;
      if (dice === 5) return null;
      const length = Math.min(size, 20 + (depth === 0 ? size : 0));
      if (dice === 6) return Array.from({ length: Math.min(length, 70_000) }, () => any(depth + 3));
      return Object.fromEntries(Array.from({ length: Math.min(length, 70_000) }, (_, i) => [`k${i}`, any(depth + 3)]));
    };
    for (let i = 0; i < 15; i++) {
      const value = any(0);
      expect(read(hex(write(value)))).toEqual(value);
    }
  });

  it('throws on any bytes that end too early, and reads no further than they go', () => {
    const whole = write({ a: [1, 'text', { b: -70_000, c: 1.5 }], d: new Uint8Array(300), e: 2n ** 60n });
    for (let i = 0; i < whole.length; i++) expect(() => read(hex(whole.subarray(0, i)))).toThrow();
    const random = seeded(2);
    for (let i = 0; i < 3_000; i++) {
      const noise = Uint8Array.from({ length: 30 }, () => random() * 256);
      try {
        read(hex(noise));
      } catch (error) {
        expect(error).toBeInstanceOf(Error);
      }
    }
  });

  it('nested beyond all measure is refused both ways', () => {
    expect(() => read('91'.repeat(5_000) + 'c0')).toThrow(RangeError);
    let deep: unknown = 1;
    for (let i = 0; i < 5_000; i++) deep = [deep];
    expect(() => write(deep)).toThrow(RangeError);
  });

  it('leaves out what JSON leaves out, and asks toJSON', () => {
    const fields = { a: undefined, b: new Date(0), c: Number.NaN, d: [undefined] };
    expect(read(hex(write(fields)))).toEqual(JSON.parse(JSON.stringify(fields)));
  });

  it('frames hold several objects, one after the other', () => {
    const frame = kMsgpackCodec.join([kMsgpackCodec.encode({ id: 1 }), kMsgpackCodec.encode({ id: 2 })]) as Uint8Array;
    expect(kMsgpackCodec.decode(frame.buffer)).toEqual([{ id: 1 }, { id: 2 }]);
    expect(() => kMsgpackCodec.decode('text')).toThrow();
    expect(() => kMsgpackCodec.decode(new Uint8Array([1]))).toThrow();
  });
});
