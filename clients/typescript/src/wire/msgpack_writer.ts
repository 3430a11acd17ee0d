const kText = new TextEncoder();
const kDepthMax = 64;

/** Puts values into MessagePack: what JSON has, and `Uint8Array` and `bigint`. As in JSON, a field that is undefined is
 *  left out and `toJSON` is asked. */
export class MsgpackWriter {
  private bytes = new Uint8Array(256);
  private view = new DataView(this.bytes.buffer);
  private length = 0;

  take(): Uint8Array<ArrayBuffer> {
    return this.bytes.slice(0, this.length);
  }

  value(value: unknown, depth = 0): void {
    if (depth > kDepthMax) throw new RangeError('nested too deeply');
    if (value === null || value === undefined) return this.byte(0xc0);
    switch (typeof value) {
      case 'boolean':
        return this.byte(value ? 0xc3 : 0xc2);
      case 'number':
        return this.number(value);
      case 'bigint':
        return this.bigint(value);
      case 'string':
        return this.string(value);
      case 'object':
        return this.object(value, depth);
      default:
        return this.byte(0xc0);
    }
  }

  private object(value: object, depth: number): void {
    if (value instanceof Uint8Array) return this.binary(value);
    if ('toJSON' in value && typeof value.toJSON === 'function') return this.value(value.toJSON(), depth);
    if (Array.isArray(value)) {
      this.head(value.length, 0x90, 16, 0, 0xdc);
      for (const item of value) this.value(item, depth + 1);
      return;
    }
    const fields = Object.entries(value).filter(([, field]) => field !== undefined && typeof field !== 'function');
    this.head(fields.length, 0x80, 16, 0, 0xde);
    for (const [name, field] of fields) {
      this.string(name);
      this.value(field, depth + 1);
    }
  }

  private number(value: number): void {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) {
      if (!Number.isFinite(value)) return this.byte(0xc0);
      this.byte(0xcb);
      const at = this.grow(8); // which may make another view
      return this.view.setFloat64(at, value);
    }
    if (value >= 0) {
      if (value < 0x80) return this.byte(value);
      if (value < 0x100) return this.tagged(0xcc, 1, value);
      if (value < 0x10000) return this.tagged(0xcd, 2, value);
      if (value < 0x100000000) return this.tagged(0xce, 4, value);
    } else {
      if (value >= -0x20) return this.byte(value & 0xff);
      if (value >= -0x80) return this.tagged(0xd0, 1, value);
      if (value >= -0x8000) return this.tagged(0xd1, 2, value);
      if (value >= -0x80000000) return this.tagged(0xd2, 4, value);
    }
    this.bigint(BigInt(value));
  }

  private bigint(value: bigint): void {
    this.byte(value < 0n ? 0xd3 : 0xcf);
    const at = this.grow(8);
    this.view.setBigInt64(at, value);
  }

  private string(value: string): void {
    const bytes = kText.encode(value);
    this.head(bytes.length, 0xa0, 32, 0xd9, 0xda);
    this.raw(bytes);
  }

  private binary(value: Uint8Array): void {
    this.head(value.length, 0, 0, 0xc4, 0xc5);
    this.raw(value);
  }

  /** The length of what follows: within the first byte (`fixed`, below `below`), or in 1 byte behind `tag8` where there
   *  is such a form, or in 2 behind `tag16` or 4 behind the next. */
  private head(length: number, fixed: number, below: number, tag8: number, tag16: number): void {
    if (length < below) this.byte(fixed | length);
    else if (tag8 !== 0 && length < 0x100) this.tagged(tag8, 1, length);
    else if (length < 0x10000) this.tagged(tag16, 2, length);
    else this.tagged(tag16 + 1, 4, length);
  }

  private tagged(tag: number, size: 1 | 2 | 4, value: number): void {
    this.byte(tag);
    const at = this.grow(size);
    if (size === 1) this.view.setUint8(at, value);
    else if (size === 2) this.view.setUint16(at, value);
    else this.view.setUint32(at, value);
  }

  private byte(value: number): void {
    const at = this.grow(1);
    this.view.setUint8(at, value);
  }

  private raw(bytes: Uint8Array): void {
    const at = this.grow(bytes.length);
    this.bytes.set(bytes, at);
  }

  private grow(size: number): number {
    const at = this.length;
    this.length += size;
    if (this.length > this.bytes.length) {
      const bytes = new Uint8Array(Math.max(this.length, 2 * this.bytes.length));
      bytes.set(this.bytes);
      this.bytes = bytes;
      this.view = new DataView(bytes.buffer);
    }
    return at;
  }
}
