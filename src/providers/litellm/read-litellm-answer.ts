import type { TextReading } from '../assemblyai/read-transcript.js';
import { isRecord } from '../../json/is-record.js';

const MS_PER_SECOND = 1_000;

/**
 * Reads `json` or `verbose_json` of the OpenAI API, and converts it to AssemblyAI's format
 * (`audio_duration` in seconds, `words` with times in milliseconds), so that all readers of a
 * chunk's data, including redaction and subtitles, handle one format. Segments are dropped, as they
 * repeat the same words.
 *
 * @param model the requested model
 * @returns undefined when the answer is not a transcript
 */
export function readLiteLlmAnswer(answer: unknown, model: string): TextReading | undefined {
  if (!isRecord(answer) || typeof answer.text !== 'string') return undefined;
  const text = answer.text.trim();
  const duration = finite(answer.duration);
  return {
    text,
    audioDurationSeconds: duration,
    raw: {
      status: 'completed',
      text,
      audio_duration: duration ?? null,
      language_code: typeof answer.language === 'string' ? answer.language : null,
      words: readWords(answer.words),
      speech_model_used: model,
    },
  };
}

/** Reads the words. Invalid entries are skipped, so that they do not hide the others. */
function readWords(words: unknown): { text: string; start: number; end: number }[] | null {
  if (!Array.isArray(words)) return null;
  return words.flatMap((entry: unknown) => {
    if (!isRecord(entry) || typeof entry.word !== 'string') return [];
    const start = finite(entry.start);
    const end = finite(entry.end);
    if (start === undefined || end === undefined) return [];
    return [
      {
        text: entry.word.trim(),
        start: Math.round(start * MS_PER_SECOND),
        end: Math.round(end * MS_PER_SECOND),
      },
    ];
  });
}

/** Some servers send numbers as text. */
function finite(value: unknown): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}
