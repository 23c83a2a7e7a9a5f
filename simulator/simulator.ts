import Fastify, { type FastifyInstance } from 'fastify';
import type { AddressInfo } from 'node:net';
import { assemblyAiRoutes } from './assemblyai/assemblyai-routes.js';
import { SpeechToText } from './assemblyai/speech-to-text.js';
import { JobRunner } from './assemblyai/job-runner.js';
import { CommandLineRecognizer } from './assemblyai/recognizer.js';
import type { Transcript } from './assemblyai/transcript.js';
import { TranscriptStore } from './assemblyai/transcript-store.js';
import { UploadStore } from './assemblyai/upload-store.js';
import { WebhookSender } from './assemblyai/webhook-sender.js';
import { BackgroundWork } from './background-work.js';
import { controlRoutes } from './control-routes.js';
import { Exchanger } from './exchange.js';
import { FaultBoard } from './faults.js';
import { geminiRoutes } from './gemini/gemini-routes.js';
import type { SimulatorHooks } from './hooks.js';
import { Ledger } from './ledger.js';
import { openAiRoutes } from './openai/transcription-routes.js';
import { Lifetime } from './lifetime.js';
import { KnownSamples, type SampleEncoding } from './samples.js';
import { SeededRandom } from './seeded-random.js';
import { checkSettings, DEFAULT_SETTINGS, type SimulatorSettings } from './settings.js';
import { waitForFact } from './wait-for.js';

export interface SimulatorOptions extends Partial<SimulatorSettings> {
  /** @defaultValue 127.0.0.1 */
  host?: string;
  /** @defaultValue 0, a free one */
  port?: number;
  /** Determines latencies, random faults and placeholders. @defaultValue 1 */
  seed?: number;
  /** Keys that AssemblyAI's side accepts. @defaultValue any but `invalid` */
  apiKeys?: readonly string[];
  /** A PocketSphinx-like program for unknown recordings; without it they get a placeholder. */
  recognizerCommand?: string | null;
  /** The samples in compressed formats, which are then recognized like those in WAV. */
  encodings?: readonly SampleEncoding[];
}

/** A running simulator of AssemblyAI, Gemini, and an OpenAI-compatible transcription server. */
export interface Simulator {
  /** Base URL of all providers, without a trailing slash. */
  readonly url: string;
  readonly port: number;
  /** Record of all events so far. */
  readonly ledger: Ledger;
  /** The faults to apply. */
  readonly faults: FaultBoard;
  /** Functions that are called at defined points; set its fields to intervene. */
  readonly hooks: SimulatorHooks;
  readonly samples: KnownSamples;
  readonly settings: Readonly<SimulatorSettings>;
  /** The provider's own control of its jobs. */
  readonly assemblyai: AssemblyAiControl;
  /**
   * Changes part of the settings from now on; jobs under way keep their latency.
   *
   * @throws InvalidSettingsError and changes nothing
   */
  updateSettings(changes: unknown): void;
  /**
   * Waits for a condition of the ledger (or anything else that changes with it); resolves at once
   * if it already holds.
   *
   * @param timeoutMs default 45000
   * @throws WaitTimeoutError
   */
  waitFor(predicate: (ledger: Ledger) => boolean, timeoutMs?: number): Promise<void>;
  /**
   * Restores the initial state: ledger, faults, hooks, transcripts, uploads and random numbers.
   * Settings stay.
   *
   * @throws AggregateError when a hook had failed in the background; the reset is done nevertheless
   */
  reset(): Promise<void>;
  /**
   * Cuts every connection and stops. A second call is harmless.
   *
   * @throws AggregateError when a hook had failed in the background
   */
  close(): Promise<void>;
}

export interface AssemblyAiControl {
  /** Returns the job as the provider sees it. */
  find(transcriptId: string): Transcript | undefined;
  /**
   * Ends a job at once, whatever its latency or outcome `processing`. Resolves when its callback
   * was delivered or given up.
   */
  finish(transcriptId: string): Promise<void>;
  /** Sends the callback of a job again. Resolves when it was delivered or given up. */
  sendWebhook(transcriptId: string): Promise<void>;
}

const DEFAULT_WAIT_MS = 45_000;

/** Starts all providers on one port, over real HTTP. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const parts = assemble(options);
  const { app, lifetime, jobs, webhooks, background, store, uploads, faults, hooks, random, ledger } = parts;
  const clearWork = async (): Promise<void> => {
    lifetime.end();
    jobs.clear();
    webhooks.abandon();
    await background.settle();
  };
  const simulator: Omit<Simulator, 'url' | 'port'> = {
    ledger,
    faults,
    hooks,
    samples: parts.samples,
    settings: parts.settings,
    assemblyai: controlOf(parts),
    updateSettings: (changes) => {
      Object.assign(parts.settings, checkSettings(changes));
      jobs.fillSlots();
    },
    waitFor: (predicate, timeoutMs = DEFAULT_WAIT_MS) =>
      waitForFact(() => predicate(ledger), {
        timeoutMs,
        onChange: (listener) => ledger.onChange(listener),
        describe: () => `So far: ${JSON.stringify(ledger.counts)}`,
      }),
    reset: async () => {
      try {
        await clearWork();
      } finally {
        store.clear();
        uploads.clear();
        faults.clear();
        random.restart();
        ledger.reset();
        for (const name of Object.keys(hooks)) {
          Reflect.deleteProperty(hooks, name);
        }
        lifetime.renew();
      }
    },
    close: async () => {
      lifetime.end();
      await app.close();
      await clearWork().finally(() => {
        webhooks.close();
      });
    },
  };
  controlRoutes(app, simulator);
  await app.listen({ host: options.host ?? '127.0.0.1', port: options.port ?? 0 });
  const { address, port, family } = app.server.address() as AddressInfo;
  const host = family === 'IPv6' ? `[${address}]` : address;
  return { ...simulator, url: `http://${host}:${port}`, port };
}

type Parts = ReturnType<typeof assemble>;

function assemble(options: SimulatorOptions) {
  const { apiKeys, recognizerCommand = null } = options;
  const settings = initialSettings(options);
  const random = new SeededRandom(options.seed ?? 1);
  const ledger = new Ledger();
  const lifetime = new Lifetime();
  const faults = new FaultBoard(random);
  const hooks: SimulatorHooks = {};
  const background = new BackgroundWork();
  const samples = KnownSamples.load(options.encodings);
  const store = new TranscriptStore();
  const uploads = new UploadStore();
  const recognizer =
    recognizerCommand === null ? null : new CommandLineRecognizer(recognizerCommand, lifetime);
  const speechToText = new SpeechToText({ samples, uploads, random, recognizer, lifetime });
  const webhooks = new WebhookSender({ settings, faults, ledger, hooks, lifetime });
  const jobs = new JobRunner({ settings, random, lifetime, background, ledger, speechToText, webhooks });
  const exchanger = new Exchanger(ledger, lifetime, background);
  const acceptsKey = (key: string): boolean => apiKeys?.includes(key) ?? key !== 'invalid';
  const shared = { settings, random, ledger, lifetime, faults, hooks, background, samples, store, uploads };
  const parts = { ...shared, speechToText, webhooks, jobs, exchanger, acceptsKey };
  const app: FastifyInstance = Fastify({ forceCloseConnections: true });
  assemblyAiRoutes(app, parts);
  geminiRoutes(app, parts);
  openAiRoutes(app, parts);
  return { ...parts, app };
}

function initialSettings(options: SimulatorOptions): SimulatorSettings {
  const names = Object.keys(DEFAULT_SETTINGS);
  const given = Object.entries(options).filter(
    ([name, value]) => names.includes(name) && value !== undefined,
  );
  return { ...DEFAULT_SETTINGS, ...checkSettings(Object.fromEntries(given)) };
}

function controlOf({ store, jobs, webhooks }: Parts): AssemblyAiControl {
  const known = (transcriptId: string): Transcript => {
    const transcript = store.find(transcriptId);
    if (transcript === undefined) {
      throw new Error(`There is no transcript ${transcriptId}.`);
    }
    return transcript;
  };
  return {
    find: (transcriptId) => store.find(transcriptId),
    finish: async (transcriptId) => {
      const delivery = await jobs.endNow(known(transcriptId));
      await delivery.done;
    },
    sendWebhook: (transcriptId) => webhooks.deliver(known(transcriptId)).done,
  };
}
