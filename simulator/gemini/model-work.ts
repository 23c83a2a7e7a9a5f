import type { KnownSamples, Sample } from '../samples.js';
import { between, type ModelRequest } from './model-request.js';

const PLACEHOLDER_START = '[simulated transcript';

/** Shown of a quoted sentence in a summary. */
const MAX_QUOTED_CHARACTERS = 160;

/** What a simulated model says, and the recording that it recognised. */
export interface ModelSpeech {
  readonly text: string;
  readonly sample: Sample | null;
}

/** Does what was asked for, the same way each time. */
export function doModelWork(request: ModelRequest, samples: KnownSamples): ModelSpeech {
  return request.kind === 'correct' ? correct(request, samples) : summarise(request);
}

function correct(request: ModelRequest, samples: KnownSamples): ModelSpeech {
  const partial = between(request.prompt, 'partial_transcript') ?? '';
  const sample = request.audioSha256
    .map((hash) => samples.ofContent(hash))
    .find((known) => known !== undefined);
  const recognised = sample ?? samples.ofText(partial);
  if (recognised === undefined) {
    return { text: correction(marked(partial), 'The simulator does not know this recording.'), sample: null };
  }
  const { corrected, correctedRedacted, note } = recognised;
  return { text: correction(request.redaction ? correctedRedacted : corrected, note), sample: recognised };
}

const correction = (corrected_transcript: string, note: string): string =>
  JSON.stringify({ corrected_transcript, note });

/** A placeholder shows that it went through the correction; anything else is taken for right. */
const marked = (partial: string): string =>
  partial.startsWith(PLACEHOLDER_START) ? `${partial} (corrected)` : partial;

function summarise({ prompt, wantsJson }: ModelRequest): ModelSpeech {
  const transcript = between(prompt, 'transcript') ?? prompt;
  const sentences = transcript
    .split(/(?<=[.!?])\s+|\n+/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '');
  const summary = `The conversation opens with “${quote(sentences[0])}”. It closes with “${quote(sentences.at(-1))}”.`;
  return { text: wantsJson ? JSON.stringify({ summary }) : summary, sample: null };
}

function quote(sentence = ''): string {
  const bare = sentence.replace(/[.!?]+$/, '');
  return bare.length > MAX_QUOTED_CHARACTERS ? `${bare.slice(0, MAX_QUOTED_CHARACTERS)} …` : bare;
}
