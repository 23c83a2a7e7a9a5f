import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SeededRandom } from '../../simulator/seeded-random.js';
import { adversarialText, pick, SORT_NAMES } from '../support/adversarial-text.js';
import { Api } from '../support/api.js';
import { AudioHost } from '../support/audio-host.js';
import { LoopStalls, type LoopStall } from '../support/loop-stalls.js';
import { ServiceProcess } from '../support/service-process.js';
import { World } from '../support/test-service.js';
import { waitUntil } from '../support/wait-until.js';

const SEED = Number(process.env.FUZZ_SEED ?? 20_251_122);
/** Number of transcripts and answers: one of each sort. FUZZ_TEXTS=5000 adds long ones. */
const TEXTS = Number(process.env.FUZZ_TEXTS ?? SORT_NAMES.length);
const IS_LONG_RUN = TEXTS >= 1_000;

const LONGEST = 5_000_000;
/** Too long for a model to correct, and shorter than ten hours of speech. */
const LONG = 1_000_000;
/** Nearly the longest text that a model can write. */
const QUITE_LONG = 300_000;
const RATHER_LONG = 20_000;
/**
 * Most texts have between one character and this length, with each order of magnitude equally
 * frequent.
 */
const USUAL = 2_000;
/** Lengths of the first texts of each sort; a long run adds a refused one, and an answer. */
const EACH_SORT: readonly { draft: number; answer?: number }[] = IS_LONG_RUN
  ? [{ draft: QUITE_LONG }, { draft: LONGEST }, { draft: USUAL, answer: LONGEST }]
  : [{ draft: Number(process.env.FUZZ_LENGTH ?? RATHER_LONG) }];
const TEXTS_OF_EACH_SORT = EACH_SORT.length * SORT_NAMES.length;
/** Maximum of the provider's answers, from ten hours of speech: 90,000 words, each twice. */
const MAX_TIMED_WORDS = 90_000;

const CHUNKS_EACH = 25;
/** Chunks of a conversation with long texts, of one sort each. */
const LONG_CHUNKS_EACH = 4;
const SETTINGS = [{}, { redactPii: true }, {}, { anonymize: true }, {}, { redactPii: true }];
const FORMATS = ['text', 'json', 'srt', 'vtt'];

const MAX_STALL_MS = 200;
const SHOWN_STALLS = 10;
/** Long enough for a conversation full of texts of millions of numbers, on a busy machine. */
const DEADLINE_MS = 600_000;

interface Stall extends LoopStall {
  /** The conversation's settings, and the request. */
  during: string;
}

let world: World;
let service: ServiceProcess;
let host: AudioHost;
let loop: LoopStalls;
let api: Api;
const random = new SeededRandom(SEED);
const stalls: Stall[] = [];

beforeAll(async () => {
  [world, host] = await Promise.all([World.start({ env: { RETRY_BASE_MS: '5' } }), AudioHost.start()]);
  await world.stopService();
  loop = await LoopStalls.create();
  service = await ServiceProcess.start(world.env(loop.env));
  api = new Api(`http://127.0.0.1:${world.port}`);
  // Drops the stalls during the start, when there are no requests.
  await loop.next();
});

afterAll(async () => {
  await service.stop();
  await loop.remove();
  await host.stop();
  await world.stop();
});

/** Sends a request: when it is answered, all earlier stalls have ended and were recorded. */
async function recordStalls(during: string): Promise<void> {
  await api.get('/health/live');
  for (const stall of await loop.next()) stalls.push({ during, ...stall });
}

function lengthOf(index: number): number {
  const isRare = random.next();
  if (isRare < 0.001) return LONGEST;
  if (isRare < 0.004) return LONG;
  if (isRare < 0.02) return QUITE_LONG;
  return index === 0 ? 1 : Math.ceil(USUAL ** random.next());
}

interface Texts {
  draft: string;
  answer: string;
}

function textsOf(index: number, mark: string): Texts {
  const lengths = EACH_SORT[Math.floor(index / SORT_NAMES.length)];
  if (lengths === undefined) {
    const draft = `${mark} ${adversarialText(random, lengthOf(index))}`;
    return { draft, answer: answerOf(draft) };
  }
  const sort = SORT_NAMES[index % SORT_NAMES.length];
  const draft = `${mark} ${adversarialText(random, lengths.draft, sort)}`;
  const { answer } = lengths;
  return {
    draft,
    answer: answer === undefined ? answerOf(draft) : modelOutput(adversarialText(random, answer, sort)),
  };
}

function modelOutput(text: string): string {
  return JSON.stringify({ corrected_transcript: text, note: adversarialText(random, 300) });
}

/** Creates a possible answer of a model: the same text, a similar, another, or an empty one. */
function answerOf(draft: string): string {
  const other = () => adversarialText(random, lengthOf(1));
  switch (Math.floor(random.between(0, 8))) {
    case 0:
      return other();
    case 1:
      return `\`\`\`json\n${modelOutput(other())}\n\`\`\``;
    case 2:
    case 3:
      return modelOutput(other());
    case 4:
      return modelOutput(adversarialText(random, draft.length));
    case 5:
      return modelOutput(`${draft} ${adversarialText(random, 50)}`);
    default:
      return modelOutput(`${draft}.`);
  }
}

/** Consists of letters only, because digits would be redacted. */
function markOf(index: number): string {
  return `Mark${Array.from(String(index), (digit) => 'abcdefghij'[Number(digit)]).join('')}z`;
}

async function addChunk(conversationId: string, index: number): Promise<string> {
  const mark = markOf(index);
  const { draft, answer } = textsOf(index, mark);
  const audioUrl = host.newUrl();
  world.simulator.faults.add(
    {
      operation: 'submit',
      match: { audioUrlContains: audioUrl },
      effect: { kind: 'outcome', text: draft, timedWords: MAX_TIMED_WORDS },
    },
    {
      operation: 'correct',
      match: { promptContains: mark },
      effect: { kind: 'text', text: answer },
    },
  );
  const { body } = await api.post<{ id: string }>(`/api/conversations/${conversationId}/chunks`, {
    audioUrl,
  });
  return body.id;
}

/** @returns the final status of each chunk */
async function oneConversation(first: number, count: number): Promise<string[]> {
  const settings = pick(random, SETTINGS);
  const { id } = await api.createConversation(settings);
  const chunks: string[] = [];
  for (let index = first; index < first + count; index += 1) chunks.push(await addChunk(id, index));
  await waitUntil(
    () => api.conversation(id),
    ({ chunks: { pending } }) => pending === 0,
    DEADLINE_MS,
  );
  const what = `chunks ${first} to ${first + count - 1} ${JSON.stringify(settings)}`;
  await recordStalls(`correcting ${what}`);
  for (const format of FORMATS) {
    const response = await fetch(`${api.url}/api/conversations/${id}/transcript?format=${format}`);
    expect(response.status).toBe(200);
    await response.arrayBuffer();
    await recordStalls(`${format} of ${what}`);
  }
  world.simulator.faults.clear();
  const statuses: string[] = [];
  for (const chunk of chunks) statuses.push((await api.chunk(chunk)).status);
  await recordStalls(`showing ${what}`);
  return statuses;
}

/** Prints the longest stalls, also for a failed run. */
function report(ends: Record<string, number>): void {
  const longest = stalls.toSorted((a, b) => b.busyMs - a.busyMs).slice(0, SHOWN_STALLS);
  const lines = [{ texts: TEXTS, seed: SEED, ends, longestMs: longest[0]?.busyMs ?? 0 }, ...longest];
  process.stdout.write(`${lines.map((line) => JSON.stringify(line)).join('\n')}\n`);
}

describe('adversarial texts', () => {
  it(
    'settle, and never block the event loop of the service',
    async () => {
      const ends: Record<string, number> = {};
      try {
        for (let first = 0; first < TEXTS;) {
          const isLong = first < TEXTS_OF_EACH_SORT;
          const count = Math.min(
            (isLong ? TEXTS_OF_EACH_SORT : TEXTS) - first,
            isLong ? LONG_CHUNKS_EACH : CHUNKS_EACH,
            TEXTS - first,
          );
          for (const end of await oneConversation(first, count)) ends[end] = (ends[end] ?? 0) + 1;
          first += count;
        }
      } finally {
        report(ends);
      }

      expect((ends.completed ?? 0) + (ends.failed ?? 0)).toBe(TEXTS);
      expect(stalls.filter(({ busyMs }) => busyMs > MAX_STALL_MS)).toEqual([]);
    },
    Math.max(DEADLINE_MS, TEXTS * 1_000),
  );
});
