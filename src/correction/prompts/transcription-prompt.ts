import { languageLine } from './language-line.js';
import {
  guidanceBlock,
  hotwordsBlock,
  MATERIAL,
  REDACTION_OFF,
  REDACTION_ON,
  STYLE,
  type CorrectionPromptInput,
} from './prompt.js';

/**
 * Version stored with every transcript from the recording alone. Every change of the prompt texts
 * requires a new version.
 */
export const TRANSCRIPTION_PROMPT_VERSION = 'transcription-1';

export type TranscriptionPromptInput = Pick<
  CorrectionPromptInput,
  'hotwords' | 'guidance' | 'language' | 'redactPii'
>;

const ROLE = `You transcribe recorded conversations. People will quote from your text, so it must say what was said: nothing left out, nothing made up.`;

const LISTEN = `The recording is attached. There is no other transcript of it.
1. Listen to the whole recording from beginning to end, and write down all that is said, also quiet or overlapping speech.
2. Write every language as it was spoken; do not translate.
3. Write nothing over silence, music or noise. Where you cannot understand a passage, write [inaudible]; never guess.
4. When the recording holds no intelligible speech at all, the transcript is the empty text.`;

const OUTPUT = `Answer with one JSON object and nothing else: "corrected_transcript", the complete transcript, and "note", one sentence of at most 200 characters that tells the people who record how to record better the next time (microphone, distance, noise, talking at the same time), in the main language. The note never repeats what was said. When there is nothing to improve, the note is the empty text.`;

/**
 * Builds the instruction and the message for a transcript from the recording alone. Pure: equal
 * input gives an equal prompt. The message has the layout of a correction's, without the block of
 * the first-stage text.
 */
export function buildTranscriptionPrompt(input: TranscriptionPromptInput): {
  systemInstruction: string;
  prompt: string;
} {
  const { redactPii } = input;
  const settings = [
    `PII redaction: ${redactPii ? 'on' : 'off'}`,
    languageLine(input.language),
    'Recording: attached',
  ].join('\n');
  const blocks = [hotwordsBlock(input.hotwords), guidanceBlock(input.guidance)];
  return {
    systemInstruction: [ROLE, MATERIAL, LISTEN, STYLE, redactPii ? REDACTION_ON : REDACTION_OFF, OUTPUT].join(
      '\n\n',
    ),
    prompt: [settings, ...blocks.filter((block) => block !== '')].join('\n\n'),
  };
}
