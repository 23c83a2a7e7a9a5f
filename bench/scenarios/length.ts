/**
 * Measures what a long recording costs: a recording of hours is uploaded to a service with its
 * local folder, and corrected.
 *
 * Measured: the resident memory of one service process (`ROLE=all`) ten times a second from the
 * start of the upload until the chunk has ended, and that of its embedded PostgreSQL, both against
 * a service that has corrected a short recording, and rests; the time from
 * the end of the upload until the text is corrected.
 *
 * Not measured: networks and real models. The providers are simulated in the process of the
 * benchmark, on this machine, so that the time includes their work.
 *
 * Each format has a service of its own, as a process keeps memory that it has once used.
 */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { closing } from '../../commands/closing.js';
import type { ServiceApi } from '../../commands/service/service-api.js';
import { findSamplesFolder, type Sample } from '../../simulator/samples.js';
import { startSimulator, type Simulator } from '../../simulator/simulator.js';
import { JOINED_FORMATS, samplesOfLength, writeJoinedFile } from '../../simulator/testing/joined-file.js';
import { sampleEncodings } from '../../simulator/testing/sample-encodings.js';
import type { ChunkResponse } from '../../src/conversations/chunks.dto.js';
import { defineScenario, type ScenarioResult, type ScenarioTools } from '../scenario.js';
import { withService } from '../support/bench-service.js';
import { peakDuring, processesOf, residentMemory, type Resident } from '../support/resident-memory.js';
import { MEASURABLE, measureMemory } from '../support/service-memory.js';
import { rounded } from '../support/table.js';

const SECONDS_PER_MINUTE = 60;
const MS_PER_SECOND = 1_000;
const BYTES_PER_MIB = 1_048_576;
const POLL_INTERVAL_MS = 100;
/** Far more than three hours of sound take on a slow machine. */
const SETTLE_TIMEOUT_MS = 900_000;

interface Figures {
  format: string;
  recordingBytes: number;
  recordingSeconds: number;
  uploadSeconds: number;
  /** From the end of the upload until the chunk has ended. */
  correctedSeconds: number;
  status: string;
  error: string | null;
  /** Null when the service does not say. */
  windows: number | null;
  requests: number;
  requestsWithSound: number;
  soundBytes: number;
  soundSeconds: number;
  isTextEqual: boolean;
  rest: Resident;
  peak: Resident;
}

export const length = defineScenario({
  name: 'length',
  measures: 'memory and time that a recording of hours takes, from its upload to its corrected text',
  options: { minutes: { default: 180, min: 1, meaning: 'length of the recording' } },
  lists: { formats: { names: JOINED_FORMATS, meaning: 'formats of the recording, one after the other' } },
  run: async ({ minutes }, tools, { formats }) => {
    const simulator = await startSimulator({ latencyMs: 0, encodings: sampleEncodings() });
    const folder = await mkdtemp(join(tmpdir(), 'ringback-length-'));
    return closing(
      async () => {
        await simulator.close();
        await rm(folder, { recursive: true });
      },
      async () => {
        const figures: Figures[] = [];
        for (const format of JOINED_FORMATS.filter((one) => formats.includes(one))) {
          const path = join(folder, `recording.${format}`);
          const { recordings } = simulator.samples.manifest;
          const samples = samplesOfLength(recordings, minutes * SECONDS_PER_MINUTE);
          const seconds = await writeJoinedFile(path, samples, format);
          const measured = await measure({ path, samples, seconds, format }, simulator, tools);
          await rm(path);
          const { status, correctedSeconds } = measured;
          tools.progress(`${format}: ${status} after ${rounded(correctedSeconds)} s`);
          figures.push(measured);
        }
        return report(figures);
      },
    );
  },
});

interface LongRecording {
  path: string;
  samples: readonly Sample[];
  seconds: number;
  format: string;
}

async function measure(
  recording: LongRecording,
  simulator: Simulator,
  tools: ScenarioTools,
): Promise<Figures> {
  await simulator.reset();
  const service = { strategy: 'polling', simulatorUrl: simulator.url, environment: MEASURABLE } as const;
  return withService(service, tools, async (api, process, dataDir) => {
    // A process that has worked: its connections, its thread and its code are loaded.
    const [sample] = recording.samples;
    const short = { path: join(findSamplesFolder(), sample?.file ?? ''), format: 'wav' };
    await correct(api, short, tools);
    await simulator.reset();
    // Settles the process and collects its garbage.
    await measureMemory(api, process);
    const processes = await processesOf(process, dataDir);
    const rest = await residentMemory(processes);
    const { peak, result } = await peakDuring(processes, () => correct(api, recording, tools));
    const { chunk, ...times } = result;
    const { corrections } = simulator.ledger;
    const withSound = corrections.filter(({ audioBytes }) => audioBytes > 0);
    return {
      format: recording.format,
      recordingBytes: (await stat(recording.path)).size,
      recordingSeconds: recording.seconds,
      ...times,
      status: chunk.status,
      error: chunk.error,
      windows: windowsOf(chunk),
      requests: corrections.length,
      requestsWithSound: withSound.length,
      soundBytes: withSound.reduce((sum, { audioBytes }) => sum + audioBytes, 0),
      soundSeconds: withSound.reduce((sum, { audioSeconds }) => sum + (audioSeconds ?? 0), 0),
      isTextEqual: chunk.transcript === recording.samples.map(({ corrected }) => corrected).join(' '),
      rest,
      peak,
    };
  });
}

async function correct(
  api: ServiceApi,
  { path, format }: Pick<LongRecording, 'path' | 'format'>,
  { signal }: ScenarioTools,
) {
  const { id } = await api.createConversation();
  const start = performance.now();
  let chunk = await api.uploadChunk(id, { path, name: `recording.${format}` });
  const uploaded = performance.now();
  while (chunk.status !== 'completed' && chunk.status !== 'failed') {
    if (performance.now() - uploaded > SETTLE_TIMEOUT_MS) throw new Error('the chunk did not settle');
    await pause(POLL_INTERVAL_MS, undefined, { signal });
    chunk = await api.chunk(chunk.id);
  }
  return {
    chunk,
    uploadSeconds: (uploaded - start) / MS_PER_SECOND,
    correctedSeconds: (performance.now() - uploaded) / MS_PER_SECOND,
  };
}

/** Returns the number of windows in which the chunk was corrected. */
function windowsOf(chunk: ChunkResponse): number | null {
  const { correction } = chunk as { correction?: { windows?: { total?: number } | null } | null };
  return correction?.windows?.total ?? null;
}

function report(figures: readonly Figures[]): ScenarioResult {
  const aboveRest = figures.map(({ peak, rest }) => (peak.service - rest.service) / BYTES_PER_MIB);
  return {
    table: {
      columns: [
        'format',
        'windows',
        'corrected after s',
        'above rest MiB',
        'PostgreSQL above rest MiB',
        'requests with sound',
        'sound sent MiB',
        'sound sent s',
        'text',
      ],
      rows: figures.map((one, index) => [
        one.format,
        one.windows ?? one.requests,
        rounded(one.correctedSeconds, 1),
        rounded(aboveRest[index] ?? 0, 1),
        rounded((one.peak.database - one.rest.database) / BYTES_PER_MIB, 1),
        `${one.requestsWithSound} of ${one.requests}`,
        rounded(one.soundBytes / BYTES_PER_MIB, 1),
        rounded(one.soundSeconds),
        one.isTextEqual ? 'equal' : `differs (${one.status})`,
      ]),
    },
    notes: [
      `the process has at most ${rounded(Math.max(...aboveRest), 1)} MiB more than at rest, measured ten times a second`,
      `the recordings have ${figures.map(({ format, recordingSeconds }) => `${rounded(recordingSeconds)} s (${format})`).join(', ')}`,
    ],
    data: figures,
  };
}
