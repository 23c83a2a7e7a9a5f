import { DIARIZATION_SCHEMAS } from '../../chunks/diarization-schemas.js';
import type { OnApplicationShutdown } from '@nestjs/common';
import type { AudioStorage } from '../../audio/audio-storage.js';
import type { OutboundAgents } from '../../outbound/outbound-agents.js';
import { parseHotwords } from '../../providers/assemblyai/hotwords.js';
import { finalText, WITHHELD } from '../first-stage-text.js';
import { loadRequestAudio } from './request-audio.js';
import {
  TranscriptionProvider,
  type TranscriptionRequest,
  type TranscriptionResult,
} from './transcription-provider.js';
import type { LiteLlmClient } from '../../providers/litellm/litellm.client.js';

/**
 * Whisper reads the last 224 tokens of a prompt
 * (https://platform.openai.com/docs/guides/speech-to-text#prompting); a token of a name has two to
 * four characters. A longer prompt would push the first names out.
 */
const MAX_PROMPT_CHARS = 600;

/** Any OpenAI-compatible server. Its text is final, and nothing can redact names in it. */
export class LiteLlmProvider extends TranscriptionProvider implements OnApplicationShutdown {
  readonly name = 'litellm';
  readonly title = 'The transcription server';

  constructor(
    private readonly client: LiteLlmClient,
    private readonly storage: AudioStorage,
    private readonly agents: OutboundAgents,
  ) {
    super();
  }

  onApplicationShutdown(): void {
    this.client.close();
  }

  async transcribe(request: TranscriptionRequest): Promise<TranscriptionResult> {
    // No request is sent, as nothing of its answer could be stored.
    if (request.anonymize) return WITHHELD;
    const { signal } = request;
    const audio = await loadRequestAudio({
      storage: this.storage,
      agents: this.agents,
      source: request.audio,
      maxBytes: this.client.maxAudioBytes,
      signal,
    });
    const reading = await this.client.transcribe({
      audio,
      language: languageOf(request.language),
      prompt: promptOf(request.transcriptPrompt),
      signal,
    });
    return finalText(request, reading, DIARIZATION_SCHEMAS.litellm);
  }
}

/** Uses the language that somebody has set; otherwise the model detects it. */
function languageOf(language: string | null): string | undefined {
  const [code = ''] = (language ?? '').toLowerCase().split(/[-_]/);
  return /^[a-z]{2}$/.test(code) ? code : undefined;
}

function promptOf(transcriptPrompt: string | null): string | undefined {
  const { phrases } = parseHotwords(transcriptPrompt);
  let prompt = '';
  for (const phrase of phrases) {
    const longer = prompt === '' ? phrase : `${prompt}, ${phrase}`;
    if (longer.length > MAX_PROMPT_CHARS) break;
    prompt = longer;
  }
  return prompt === '' ? undefined : prompt;
}
