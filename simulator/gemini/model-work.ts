import type { KnownSamples, Sample } from '../samples.js';
import { allBetween, between, type ModelRequest, type Recording } from './model-request.js';

const PLACEHOLDER_START = '[simulated transcript';

/** Enough to distinguish the recordings of a test at a glance. */
const MARK_LENGTH = 6;

/** Maximum length of a quoted sentence in a summary. */
const MAX_QUOTED_CHARACTERS = 160;

/** Answer of a simulated model, and the recording that it recognized. */
export interface ModelSpeech {
  readonly text: string;
  readonly sample: Sample | null;
}

/** Answers the request, deterministically. */
export function doModelWork(request: ModelRequest, samples: KnownSamples): ModelSpeech {
  switch (request.kind) {
    case 'correct':
      return correct(request, samples);
    case 'listen':
      return listen(request, samples);
    case 'summarize':
      return summarize(request);
  }
}

function correct(request: ModelRequest, samples: KnownSamples): ModelSpeech {
  const partial = between(request.prompt, 'partial_transcript') ?? '';
  const heard = request.recordings.flatMap((recording) => soundsOf(recording, samples));
  // Without a recording that it knows, the model has only the text.
  const spoken = heard.length > 0 ? heard : samples.inText(partial);
  if (spoken.length === 0) {
    return { text: correction(marked(partial), 'The simulator does not know this recording.'), sample: null };
  }
  return spokenBy(request, spoken);
}

/** Transcribes from the recording alone, because there is no first-stage text. */
function listen(request: ModelRequest, samples: KnownSamples): ModelSpeech {
  const { audioSha256, recordings } = request;
  const spoken = recordings.flatMap((recording) => soundsOf(recording, samples));
  if (spoken.length > 0) return spokenBy(request, spoken);
  const [hash = ''] = audioSha256;
  const text =
    hash === '' ? '' : `${PLACEHOLDER_START} ${hash.slice(0, MARK_LENGTH)}] Heard by the model alone.`;
  return { text: correction(text, 'The simulator does not know this recording.'), sample: null };
}

/** Writes the texts of all recordings that lie in a longer one, or in a slice of one. */
function spokenBy({ redaction }: ModelRequest, spoken: readonly Sample[]): ModelSpeech {
  const texts = spoken.map(({ corrected, correctedRedacted }) => (redaction ? correctedRedacted : corrected));
  const [first] = spoken;
  return {
    text: correction(texts.join(' '), first?.note ?? ''),
    sample: spoken.length === 1 && first !== undefined ? first : null,
  };
}

function soundsOf(recording: Recording, samples: KnownSamples): Sample[] {
  const whole = samples.ofContent(recording.sha256);
  return whole === undefined ? samples.inRecording(recording.bytes).map(({ known }) => known) : [whole];
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
function summarize({ prompt, wantsJson }: ModelRequest): ModelSpeech {
  const parts = allBetween(prompt, 'part_summary');
  const summary = parts.length > 0 ? combined(parts) : summaryOf(prompt);
  return { text: wantsJson ? JSON.stringify({ summary }) : summary, sample: null };
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
