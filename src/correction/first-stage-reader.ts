import { Injectable } from '@nestjs/common';
import { locateWords } from '../chunks/windows/locate-words.js';
import { partOf } from '../chunks/windows/plan-windows.js';
import { ProviderRejectedError, ProviderUnavailableError } from '../providers/provider-error.js';
import { AssemblyAiClient } from '../providers/assemblyai/assemblyai.client.js';
import { readTranscript, type TextReading } from '../providers/assemblyai/read-transcript.js';
import { redactPatternsInSteps } from '../redaction/redact-patterns.js';
import { finishInSteps } from '../redaction/steps.js';
import type { WindowTask } from './corrections.repository.js';

export interface FirstStageText {
  text: string;
  /** Duration of the window in seconds; of the recording, when the provider reports it. */
  durationSeconds?: number;
  /** Texts of the windows before and after it, redacted where it is requested; empty without. */
  before: string;
  after: string;
  /** The text of the whole recording, where the record does not have it. */
  whole?: string;
}

/**
 * Reads the first-stage text for a correction: from the database, or, for an anonymized chunk, from
 * the provider into memory.
 */
@Injectable()
export class FirstStageReader {
  constructor(private readonly client: AssemblyAiClient) {}

  /**
   * @throws ProviderUnavailableError, ProviderNotFoundError, ProviderRejectedError when the
   * provider does not return it
   */
  async read(task: WindowTask, signal: AbortSignal): Promise<FirstStageText> {
    const { window, transcript, audioDuration } = task;
    if (task.anonymize) return this.fetch(task, signal);
    return {
      text: transcript ?? '',
      durationSeconds: secondsOf(task) ?? (typeof audioDuration === 'number' ? audioDuration : undefined),
      before: window.before ?? '',
      after: window.after ?? '',
    };
  }

  private async fetch(task: WindowTask, signal: AbortSignal): Promise<FirstStageText> {
    const reading = readTranscript(await this.client.get(task.transcriptId ?? '', signal));
    switch (reading.kind) {
      case 'text': {
        const durationSeconds = secondsOf(task) ?? reading.audioDurationSeconds;
        return { ...(await windowOf(task, reading)), durationSeconds };
      }
      case 'running':
        throw new ProviderUnavailableError('AssemblyAI says that the finished transcript is not ready.', {
          provider: 'assemblyai',
          code: 'not_ready',
          ambiguous: false,
        });
      case 'failed':
        throw new ProviderRejectedError(reading.message, { provider: 'assemblyai', code: reading.reason });
    }
  }
}

/** Returns the duration of a window; undefined for the whole recording. */
function secondsOf({ window: { startMs, endMs } }: WindowTask): number | undefined {
  return startMs === null || endMs === null ? undefined : (endMs - startMs) / 1_000;
}

/** Cuts a window's text out of the whole one, by the indexes of its words. */
async function windowOf({ window }: WindowTask, { text, raw }: TextReading): Promise<FirstStageText> {
  const { firstWord, lastWord } = window;
  if (firstWord === null || lastWord === null) return { text, before: '', after: '' };
  const words = await finishInSteps(locateWords(text, raw.words));
  if (words === undefined || lastWord >= words.length) {
    throw new ProviderRejectedError(
      'AssemblyAI sent the transcript with other words than before, so its parts cannot be told apart.',
      { provider: 'assemblyai', code: 'words_changed' },
    );
  }
  const end = lastWord + 1 < words.length ? lastWord + 1 : undefined;
  const redacted = async (part: string): Promise<string> => (await redactPatternsInSteps(part)).text;
  return {
    text: partOf(text, words, { from: firstWord, to: end }),
    before: await redacted(text.slice(0, words[firstWord]?.from).slice(-NEIGHBOR_CHARS)),
    after: end === undefined ? '' : await redacted(text.slice(words[end]?.from).slice(0, NEIGHBOR_CHARS)),
    whole: text,
  };
}

/**
 * Read on each side of a window: twice the context of the patterns, so that they find in it
 * whatever they find near the window.
 */
const NEIGHBOR_CHARS = 1_024;
