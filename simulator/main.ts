import { startSimulator } from './simulator.js';
import type { Latency } from './settings.js';

/** Slow enough to follow in the demo, and far below the duration of a real job. */
const DEFAULT_LATENCY_MS = '1000-3000';
const DEFAULT_PORT = '4010';

const NOTE = `
Point Ringback at it:

  ASSEMBLYAI_BASE_URL=%URL%
  ASSEMBLYAI_API_KEY=simulator
  GEMINI_BASE_URL=%URL%
  GEMINI_API_KEY=simulator

for a provider that answers with the transcript also

  TRANSCRIPTION_PROVIDER=LiteLLM
  LITELLM_TRANSCRIPTION_MODEL=whisper-1
  LITELLM_TRANSCRIPTION_API_KEY=simulator
  LITELLM_TRANSCRIPTION_API_BASE=%URL%/v1

and for the webhook strategy, with Ringback on its default port:

  ASSEMBLYAI_WEBHOOK_URL=http://127.0.0.1:3000/api/webhooks/assemblyai
  ASSEMBLYAI_WEBHOOK_SECRET=<any secret>

Faults: POST %URL%/_simulator/faults   What happened: GET %URL%/_simulator/ledger
`;

/** Parses `1500`, or a range such as `1000-3000`. */
function latencyOf(text: string): Latency {
  const [min = NaN, max] = text.split('-').map(Number);
  return max === undefined ? min : [min, max];
}

function variable(name: string, otherwise: string): string {
  const value = process.env[name]?.trim() ?? '';
  return value === '' ? otherwise : value;
}

async function main(): Promise<void> {
  const simulator = await startSimulator({
    host: variable('SIMULATOR_HOST', '127.0.0.1'),
    port: Number(variable('SIMULATOR_PORT', DEFAULT_PORT)),
    seed: Number(variable('SIMULATOR_SEED', '1')),
    latencyMs: latencyOf(variable('SIMULATOR_LATENCY_MS', DEFAULT_LATENCY_MS)),
    recognizerCommand: variable('SIMULATOR_RECOGNISER', 'pocketsphinx_continuous'),
  });
  const stop = (): void => {
    simulator.close().then(
      () => {
        process.exit(0);
      },
      (error: unknown) => {
        fail('did not stop cleanly', error);
      },
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  console.log(`The simulator of AssemblyAI, Gemini and OpenAI listens on ${simulator.url}`);
  console.log(NOTE.replaceAll('%URL%', simulator.url));
}

function fail(what: string, error: unknown): never {
  console.error(`The simulator ${what}: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}

try {
  await main();
} catch (error) {
  fail('could not start', error);
}
