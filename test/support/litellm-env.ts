import type { Simulator } from '../../simulator/simulator.js';

/** Environment with an OpenAI-compatible transcription server, and without AssemblyAI. */
export function litellmEnv(simulator: Simulator): Record<string, string> {
  return {
    TRANSCRIPTION_PROVIDER: 'LiteLLM',
    ASSEMBLYAI_API_KEY: '',
    LITELLM_TRANSCRIPTION_MODEL: 'whisper-1',
    LITELLM_TRANSCRIPTION_API_KEY: 'a-key-of-the-tests',
    LITELLM_TRANSCRIPTION_API_BASE: `${simulator.url}/v1`,
  };
}
