const kText = new TextDecoder();
const kDepthMax = 80;
const kTimestamp = -1;

/** Reads values out of MessagePack. Whole numbers that a number can't hold become `bigint`, bin becomes `Uint8Array`, a
 *  timestamp text (RFC 3339), any other extension `{ext, bytes}`. Throws where the bytes are not well-formed. */
export class MsgpackReader {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get has_more(): boolean {
    return this.at < this.bytes.length;
  }

  value(depth = 0): unknown {
    if (depth > kDepthMax) throw new RangeError('nested too deeply');
    const tag = this.unsigned(1);
    if (tag < 0x80) return tag;
    if (tag < 0x90) return this.map(tag & 0x0f, depth);
    if (tag < 0xa0) return this.array(tag & 0x0f, depth);
    if (tag < 0xc0) return this.string(tag & 0x1f);
    if (tag >= 0xe0) return tag - 0x100;
    switch (tag) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return this.raw(this.unsigned(width(tag - 0xc4))).slice();
      case 0xc7:
      case 0xc8:
      case 0xc9:
        return this.extension(this.unsigned(width(tag - 0xc7)));
      case 0xca:
        return this.view.getFloat32(this.skip(4));
      case 0xcb:
        return this.view.getFloat64(this.skip(8));
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.unsigned(width(tag - 0xcc));
      case 0xcf:
        return narrow(this.view.getBigUint64(this.skip(8)));
      case 0xd0:
        return this.view.getInt8(this.skip(1));
      case 0xd1:
        return this.view.getInt16(this.skip(2));
      case 0xd2:
        return this.view.getInt32(this.skip(4));
      case 0xd3:
        return narrow(this.view.getBigInt64(this.skip(8)));
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.string(this.unsigned(width(tag - 0xd9)));
      case 0xdc:
      case 0xdd:
        return this.array(this.unsigned(width(tag - 0xdb)), depth);
      case 0xde:
      case 0xdf:
        return this.map(this.unsigned(width(tag - 0xdd)), depth);
      case 0xc1:
        throw new TypeError('a byte that means nothing');
      default:
        return this.extension(1 << (tag - 0xd4));
    }
  }

  private map(size: number, depth: number): Record<string, unknown> {
    const map: Record<string, unknown> = {};
    for (let i = 0; i < size; i++) {
      const key = this.value(depth + 1);
      const name = typeof key === 'string' ? key : JSON.stringify(key);
      const value = this.value(depth + 1);
      // An own field also where the name means something to objects.
      if (name === '__proto__') Object.defineProperty(map, name, { value, enumerable: true, configurable: true });
      else map[name] = value;
    }
    return map;
  }

  private array(size: number, depth: number): unknown[] {
    const array: unknown[] = [];
    for (let i = 0; i < size; i++) array.push(this.value(depth + 1));
    return array;
  }

  private string(size: number): string {
    return kText.decode(this.raw(size));
  }

  private extension(size: number): unknown {
    const ext = this.view.getInt8(this.skip(1));
    const bytes = this.raw(size).slice();
    return (ext === kTimestamp && timestamp(new DataView(bytes.buffer))) || { ext, bytes };
  }

  private unsigned(size: 1 | 2 | 4): number {
    const at = this.skip(size);
    return size === 1 ? this.view.getUint8(at) : size === 2 ? this.view.getUint16(at) : this.view.getUint32(at);
  }

  private raw(size: number): Uint8Array {
    const at = this.skip(size);
    return this.bytes.subarray(at, at + size);
  }

  private skip(size: number): number {
    const at = this.at;
    if (size > this.bytes.length - at) throw new RangeError('ends too early');
    this.at = at + size;
    return at;
  }
}

/** Bytes of a length, by the place of its tag among 8, 16 and 32 bits. */
function width(place: number): 1 | 2 | 4 {
  return (1 << place) as 1 | 2 | 4;
}

function narrow(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** RFC 3339 in UTC, with nine digits of a second where there are any; null for what is no time of ours. */
function timestamp(view: DataView): string | null {
  let seconds: number;
  let nanos = 0;
  if (view.byteLength === 4) {
    seconds = view.getUint32(0);
  } else if (view.byteLength === 8) {
    const packed = view.getBigUint64(0);
    nanos = Number(packed >> 34n);
    seconds = Number(packed & 0x3ffffffffn);
  } else if (view.byteLength === 12) {
    nanos = view.getUint32(0);
    seconds = Number(view.getBigInt64(4));
  } else {
    return null;
  }
  const date = new Date(seconds * 1_000);
  if (nanos > 999_999_999 || !(date.getUTCFullYear() >= 0 && date.getUTCFullYear() <= 9_999)) return null;
  const whole = date.toISOString().slice(0, 19);
  return nanos === 0 ? `${whole}Z` : `${whole}.${String(nanos).padStart(9, '0')}Z`;
}
