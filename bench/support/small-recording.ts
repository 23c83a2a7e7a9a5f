const SAMPLE_RATE = 8_000;
const BYTES_PER_SAMPLE = 2;
const HEADER_BYTES = 44;
const PCM = 1;
const PCM_HEADER_BYTES = 16;
const BITS_PER_BYTE = 8;

/** Creates a second of silence as a WAV file of 16 kB that contains `mark`, to make it unique. */
export function smallRecording(mark: string): Uint8Array<ArrayBuffer> {
  const dataBytes = SAMPLE_RATE * BYTES_PER_SAMPLE;
  const file = Buffer.alloc(HEADER_BYTES + dataBytes);
  file.write('RIFF', 0);
  file.writeUInt32LE(file.length - 8, 4);
  file.write('WAVEfmt ', 8);
  file.writeUInt32LE(PCM_HEADER_BYTES, 16);
  file.writeUInt16LE(PCM, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(SAMPLE_RATE, 24);
  file.writeUInt32LE(SAMPLE_RATE * BYTES_PER_SAMPLE, 28);
  file.writeUInt16LE(BYTES_PER_SAMPLE, 32);
  file.writeUInt16LE(BYTES_PER_SAMPLE * BITS_PER_BYTE, 34);
  file.write('data', 36);
  file.writeUInt32LE(dataBytes, 40);
  file.write(mark, HEADER_BYTES);
  return new Uint8Array(file);
}
