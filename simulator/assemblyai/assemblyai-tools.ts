import type { Exchanger } from '../exchange.js';
import type { FaultBoard } from '../faults.js';
import type { SimulatorHooks } from '../hooks.js';
import type { Ledger } from '../ledger.js';
import type { SimulatorSettings } from '../settings.js';
import type { SpeechToText } from './speech-to-text.js';
import type { JobRunner } from './job-runner.js';
import type { TranscriptStore } from './transcript-store.js';
import type { UploadStore } from './upload-store.js';

/** Dependencies of the endpoints of the simulated AssemblyAI. */
export interface AssemblyAiTools {
  readonly settings: SimulatorSettings;
  readonly faults: FaultBoard;
  readonly hooks: SimulatorHooks;
  readonly ledger: Ledger;
  readonly exchanger: Exchanger;
  readonly store: TranscriptStore;
  readonly uploads: UploadStore;
  readonly speechToText: SpeechToText;
  readonly jobs: JobRunner;
  /** Whether this value of the `Authorization` header is a key of the account. */
  readonly acceptsKey: (key: string) => boolean;
}
