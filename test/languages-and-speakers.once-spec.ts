import { describe, expect, it } from 'vitest';
import { sharedWorld } from './support/shared-world.js';
import { World } from './support/test-service.js';

interface Detection {
  expected_languages?: string[];
  fallback_language: string;
}

/** Returns the language options of each submit. */
function detections(world: World): Detection[] {
  return world.simulator.ledger.submits.map(({ body }) => body?.language_detection_options as Detection);
}

const hear = (world: World, language: string, languageConfidence: number, times = 1): void => {
  world.simulator.faults.add({
    operation: 'submit',
    effect: { kind: 'outcome', text: 'Some words.', language, languageConfidence },
    times,
  });
};

describe('the languages of a conversation', () => {
  const world = sharedWorld(() =>
    World.start({
      env: { EXPECTED_LANGUAGES: 'nl,en,de,uk', ASSEMBLYAI_SPEECH_MODELS: 'universal-3-5-pro,universal-2' },
    }),
  );
  const chunkOf = async (conversationId: string) =>
    world().api.settledChunk((await world().api.addChunk(conversationId)).id);

  it('are the configured ones at first, and the detected ones afterwards', async () => {
    const { id } = await world().api.createConversation({ language: 'nl' });
    hear(world(), 'uk', 0.95);
    hear(world(), 'nl', 0.9);
    await chunkOf(id);
    await chunkOf(id);
    await chunkOf(id);

    expect(detections(world())).toEqual([
      { expected_languages: ['nl', 'en', 'de', 'uk'], fallback_language: 'nl' },
      { expected_languages: ['nl', 'uk'], fallback_language: 'nl' },
      { expected_languages: ['nl', 'uk'], fallback_language: 'nl' },
    ]);
    expect(world().simulator.ledger.submits[0]?.body?.speech_models).toEqual([
      'universal-3-5-pro',
      'universal-2',
    ]);
  });

  it('replace a fallback that nobody has chosen', async () => {
    const { id } = await world().api.createConversation();
    hear(world(), 'uk', 0.95, 2);
    await chunkOf(id);
    await chunkOf(id);

    expect(detections(world())).toEqual([
      { expected_languages: ['en', 'nl', 'de', 'uk'], fallback_language: 'en' },
      { expected_languages: ['uk'], fallback_language: 'uk' },
    ]);
  });

  it('are not learned with a low confidence', async () => {
    const { id } = await world().api.createConversation({ language: 'auto' });
    hear(world(), 'bg', 0.29);
    await chunkOf(id);
    await chunkOf(id);

    expect(detections(world())[1]).toEqual({
      expected_languages: ['nl', 'en', 'de', 'uk'],
      fallback_language: 'auto',
    });
  });

  it('do not change those of another conversation', async () => {
    const [one, other] = [await world().api.createConversation(), await world().api.createConversation()];
    hear(world(), 'uk', 0.95);
    await chunkOf(one.id);
    await chunkOf(other.id);

    expect(detections(world())[1]).toMatchObject({ fallback_language: 'en' });
  });

  it('are learned once from each chunk, however many there are at the same time', async () => {
    const { id } = await world().api.createConversation({ language: 'auto' });
    hear(world(), 'uk', 0.95, 8);
    const chunks = await Promise.all(Array.from({ length: 8 }, () => world().api.addChunk(id)));
    await Promise.all(chunks.map((chunk) => world().api.settledChunk(chunk.id)));
    await chunkOf(id);

    expect(detections(world()).at(-1)).toEqual({ expected_languages: ['uk'], fallback_language: 'auto' });
  });
});

describe('the speakers of a conversation', () => {
  const world = sharedWorld(() => World.start());
  const TEXT = 'Good evening. Thank you.';
  const settle = async (settings: object) => {
    world().simulator.faults.add({ operation: 'submit', effect: { kind: 'outcome', text: TEXT } });
    const conversation = await world().api.createConversation(settings);
    const { id } = await world().api.addChunk(conversation.id);
    return { conversation, chunk: await world().api.settledChunk(id) };
  };

  it('are labeled when requested, and kept with the words', async () => {
    const { conversation, chunk } = await settle({ speakerLabels: true });

    expect(conversation.speakerLabels).toBe(true);
    expect(world().simulator.ledger.submits[0]?.body).toMatchObject({ speaker_labels: true });
    expect(chunk.diarization).toMatchObject({
      data: {
        raw: {
          utterances: [
            { speaker: 'A', text: 'Good evening.' },
            { speaker: 'B', text: 'Thank you.' },
          ],
          words: [
            { text: 'Good', speaker: 'A', start: 0 },
            { text: 'evening.', speaker: 'A' },
            { text: 'Thank', speaker: 'B' },
            { text: 'you.', speaker: 'B' },
          ],
        },
      },
    });
  });

  it('are not labeled unless requested', async () => {
    const { conversation, chunk } = await settle({});

    expect(conversation.speakerLabels).toBe(false);
    expect(world().simulator.ledger.submits[0]?.body).not.toHaveProperty('speaker_labels');
    expect(chunk.diarization).toMatchObject({ data: { raw: { utterances: null } } });
  });

  it('are requested by a boolean only', async () => {
    const answer = await world().api.post('/api/conversations', { speakerLabels: 'A and B' });

    expect(answer.status).toBe(400);
  });
});
