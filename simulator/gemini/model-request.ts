import { createHash } from 'node:crypto';
import { type Fields, fieldsOf } from '../fields.js';

/** An inline recording of a request. */
export interface Recording {
  readonly bytes: Buffer;
  readonly mimeType: string | null;
  readonly sha256: string;
}

/** The parts of a generateContent request that the simulated models use. */
export interface ModelRequest {
  /**
   * Derived from the answer's schema. `listen` is a request with a recording and without a
   * first-stage text, not even an empty one.
   */
  readonly kind: 'correct' | 'listen' | 'summarize';
  /** Whether the answer must be JSON with a `summary`. */
  readonly wantsJson: boolean;
  /** All texts, system instruction first. */
  readonly prompt: string;
  readonly audio: 'inline' | 'uri' | 'none';
  readonly audioBytes: number;
  /** The inline recordings in their order. */
  readonly recordings: readonly Recording[];
  /** Hash of each of them. */
  readonly audioSha256: readonly string[];
  readonly redaction: boolean;
  readonly temperature: number | null;
  /** The level as it was sent: `low` and `LOW` mean the same. */
  readonly thinkingLevel: string | null;
  readonly thinkingBudget: number | null;
  readonly maxOutputTokens: number | null;
  readonly store: boolean | null;
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const numberOrNull = (value: unknown): number | null => (typeof value === 'number' ? value : null);

/** Matches a whole line, so that these words inside a transcript do not turn redaction on. */
const REDACTION_ON = /^PII redaction: on\r?$/m;

/**
 * Reads the body of a generateContent request.
 *
 * @returns undefined when it has no contents; the real service answers that with a 400
 */
export function readModelRequest(body: unknown): ModelRequest | undefined {
  const request = fieldsOf(body);
  const contents = contentsOf(request.contents);
  if (contents.length === 0) {
    return undefined;
  }
  const parts = [request.systemInstruction, ...contents].flatMap(partsOf);
  const texts = parts.map((part) => part.text).filter((text) => typeof text === 'string');
  const recordings = parts.flatMap(({ inlineData }) => recordingOf(fieldsOf(inlineData)));
  const hasUri = parts.some((part) => part.fileData !== undefined);
  const config = fieldsOf(request.generationConfig);
  const thinking = fieldsOf(config.thinkingConfig);
  const properties = fieldsOf(fieldsOf(config.responseSchema ?? config.responseJsonSchema).properties);
  const prompt = texts.join('\n');
  return {
    kind: kindOf(properties, { prompt, hasAudio: recordings.length > 0 || hasUri }),
    wantsJson: 'summary' in properties,
    prompt,
    audio: recordings.length > 0 ? 'inline' : hasUri ? 'uri' : 'none',
    audioBytes: recordings.reduce((sum, { bytes }) => sum + bytes.length, 0),
    recordings,
    audioSha256: recordings.map(({ sha256 }) => sha256),
    redaction: REDACTION_ON.test(prompt),
    temperature: numberOrNull(config.temperature),
    thinkingLevel: typeof thinking.thinkingLevel === 'string' ? thinking.thinkingLevel : null,
    thinkingBudget: numberOrNull(thinking.thinkingBudget),
    maxOutputTokens: numberOrNull(config.maxOutputTokens),
    // @google/genai 2.32 sends it next to generationConfig, not in it.
    store: typeof request.store === 'boolean' ? request.store : null,
  };
}

function recordingOf({ data, mimeType }: Fields): Recording[] {
  if (typeof data !== 'string') return [];
  const bytes = Buffer.from(data, 'base64');
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return [{ bytes, sha256, mimeType: typeof mimeType === 'string' ? mimeType : null }];
}

function kindOf(
  properties: Fields,
  { prompt, hasAudio }: { prompt: string; hasAudio: boolean },
): ModelRequest['kind'] {
  if (!('corrected_transcript' in properties)) {
    return 'summarize';
  }
  return hasAudio && between(prompt, 'partial_transcript') === null ? 'listen' : 'correct';
}

/** The real service accepts a single content in place of a list. */
const contentsOf = (contents: unknown): readonly unknown[] =>
  Array.isArray(contents) || contents === undefined ? list(contents) : [contents];

/** Returns the parts of a content, which may be a plain text, or have one part without a list. */
function partsOf(content: unknown): readonly Fields[] {
  if (typeof content === 'string') {
    return [{ text: content }];
  }
  const { parts } = fieldsOf(content);
  return (Array.isArray(parts) ? list(parts) : [parts]).map(fieldsOf);
}

/** The texts of all blocks between a line `<name>` and the next line `</name>`. */
export function allBetween(prompt: string, name: string): string[] {
  const blocks = prompt.matchAll(new RegExp(`^<${name}>\\r?\\n([^]*?)^</${name}>\\r?$`, 'gm'));
  return Array.from(blocks, ([, text = '']) => text.trim());
}

/** The text between the first line `<name>` and the last line `</name>`; null without both. */
export function between(prompt: string, name: string): string | null {
  const lines = prompt.split(/\r?\n/);
  const start = lines.indexOf(`<${name}>`);
  const end = lines.lastIndexOf(`</${name}>`);
  return start >= 0 && end > start ? lines.slice(start + 1, end).join('\n') : null;
}
