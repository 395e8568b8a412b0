/** One field of a protobuf message: a number for a varint, bytes for whatever has a length. */
export interface ProtobufField {
  number: number;
  value: number | Buffer;
}

/** What was read is not a protobuf message. */
export class ProtobufError extends Error {}

/**
 * The fields of a message in their order. Only what BuildKit's status uses is understood; fixed-size fields are
 * skipped. Encoding: https://protobuf.dev/programming-guides/encoding/
 *
 * @throws {ProtobufError} when the bytes end too early or are no message
 */
export function readProtobuf(bytes: Buffer): ProtobufField[] {
  const fields: ProtobufField[] = [];
  let at = 0;

  function varint(): number {
    let value = 0;
    // Ten bytes at most; what is beyond 2^53 loses digits, which no field of interest has.
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = bytes[at];
      if (byte === undefined) throw new ProtobufError('ends in a number');
      at += 1;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new ProtobufError('a number is too long');
  }

  function skip(length: number): Buffer {
    if (at + length > bytes.length) throw new ProtobufError('ends in a field');
    at += length;
    return bytes.subarray(at - length, at);
  }

  while (at < bytes.length) {
    const tag = varint();
    const number = Math.floor(tag / 8);
    switch (tag % 8) {
      case 0:
        fields.push({ number, value: varint() });
        break;
      case 1:
        skip(8);
        break;
      case 2:
        fields.push({ number, value: skip(varint()) });
        break;
      case 5:
        skip(4);
        break;
      default:
        throw new ProtobufError('a field of an unknown kind');
    }
  }
  return fields;
}
