import type { KnownSamples, Sample } from '../samples.js';
import { allBetween, between, type ModelRequest, type Recording } from './model-request.js';

const PLACEHOLDER_START = '[simulated transcript';

/** Enough to distinguish the recordings of a test at a glance. */
const MARK_LENGTH = 6;

/** Maximum length of a quoted sentence in a summary. */
const MAX_QUOTED_CHARACTERS = 160;

/** Answer of a simulated model, and what it heard. */
export interface ModelSpeech {
  readonly text: string;
  /** The samples to whose texts the answer refers: those that it heard, or else read about. */
  readonly spoken: readonly Sample[];
  readonly sound: HeardSound;
}

/** Inline recordings of a request. */
export interface HeardSound {
  /** The samples in them, in their order. */
  readonly samples: readonly Sample[];
  /** Their length; null without any, or when it is not known. */
  readonly seconds: number | null;
}

/** Answers the request, deterministically. */
export async function doModelWork(request: ModelRequest, samples: KnownSamples): Promise<ModelSpeech> {
  const sound = await hear(request.recordings, samples);
  switch (request.kind) {
    case 'correct':
      return { sound, ...correct(request, sound, samples) };
    case 'listen':
      return { sound, ...listen(request, sound) };
    case 'summarize':
      return { sound, ...summarize(request) };
  }
}

type Speech = Omit<ModelSpeech, 'sound'>;

async function hear(recordings: readonly Recording[], samples: KnownSamples): Promise<HeardSound> {
  const heard: HeardSound[] = [];
  for (const { bytes, sha256 } of recordings) {
    const whole = samples.ofContent(sha256);
    if (whole !== undefined) {
      heard.push({ samples: [whole], seconds: whole.durationSeconds });
    } else {
      const { sounds, seconds } = await samples.recognize(bytes);
      heard.push({ samples: sounds.map(({ known }) => known), seconds });
    }
  }
  const lengths = heard.flatMap(({ seconds }) => seconds ?? []);
  const isKnown = lengths.length > 0 && lengths.length === heard.length;
  return {
    samples: heard.flatMap((one) => one.samples),
    seconds: isKnown ? lengths.reduce((sum, seconds) => sum + seconds, 0) : null,
  };
}

function correct(request: ModelRequest, sound: HeardSound, samples: KnownSamples): Speech {
  const partial = between(request.prompt, 'partial_transcript') ?? '';
  // Without a recording that it knows, the model has only the text.
  const spoken = sound.samples.length > 0 ? sound.samples : samples.inText(partial);
  if (spoken.length === 0) {
    return { text: correction(marked(partial), 'The simulator does not know this recording.'), spoken };
  }
  return spokenBy(request, spoken);
}

/** Transcribes from the recording alone, because there is no first-stage text. */
function listen(request: ModelRequest, { samples: spoken }: HeardSound): Speech {
  if (spoken.length > 0) return spokenBy(request, spoken);
  const [hash = ''] = request.audioSha256;
  const text =
    hash === '' ? '' : `${PLACEHOLDER_START} ${hash.slice(0, MARK_LENGTH)}] Heard by the model alone.`;
  return { text: correction(text, 'The simulator does not know this recording.'), spoken };
}

/** Writes the texts of all recordings that lie in a longer one, or in a slice of one. */
function spokenBy({ redaction }: ModelRequest, spoken: readonly Sample[]): Speech {
  const texts = spoken.map(({ corrected, correctedRedacted }) => (redaction ? correctedRedacted : corrected));
  return { text: correction(texts.join(' '), spoken[0]?.note ?? ''), spoken };
}

const correction = (corrected_transcript: string, note: string): string =>
  JSON.stringify({ corrected_transcript, note });

/** Marks a placeholder as corrected. Any other text is treated as correct. */
const marked = (partial: string): string =>
  partial.startsWith(PLACEHOLDER_START) ? `${partial} (corrected)` : partial;

/**
 * Summarizes a transcript by its first and its last sentence, and summaries of parts by the opening
 * of the first and the close of the last: so a long conversation is summarized as if it were short.
 */
function summarize({ prompt, wantsJson }: ModelRequest): Speech {
  const parts = allBetween(prompt, 'part_summary');
  const summary = parts.length > 0 ? combined(parts) : summaryOf(prompt);
  return { text: wantsJson ? JSON.stringify({ summary }) : summary, spoken: [] };
}

const OPENS = 'The conversation opens with “';
const CLOSES = 'It closes with “';

function combined(parts: readonly string[]): string {
  const opening = parts[0]?.split(CLOSES)[0] ?? '';
  const close = parts.at(-1)?.split(CLOSES)[1] ?? '';
  return opening.startsWith(OPENS) && close !== '' ? `${opening}${CLOSES}${close}` : parts.join(' ');
}

function summaryOf(prompt: string): string {
  const transcript = between(prompt, 'transcript') ?? prompt;
  const sentences = transcript
    .split(/(?<=[.!?])\s+|\n+/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '');
  return `${OPENS}${quote(sentences[0])}”. ${CLOSES}${quote(sentences.at(-1))}”.`;
}

function quote(sentence = ''): string {
  const bare = sentence.replace(/[.!?]+$/, '');
  return bare.length > MAX_QUOTED_CHARACTERS ? `${bare.slice(0, MAX_QUOTED_CHARACTERS)} …` : bare;
}
