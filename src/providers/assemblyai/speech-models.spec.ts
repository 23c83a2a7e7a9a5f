import { describe, expect, it } from 'vitest';
import { DEFAULT_SPEECH_MODELS, outdatedSpeechModels, SPEECH_MODELS } from './speech-models.js';

describe('the catalog of speech models', () => {
  it('lists every default model as current', () => {
    expect(outdatedSpeechModels(DEFAULT_SPEECH_MODELS)).toEqual([]);
    const current = SPEECH_MODELS.filter(({ state }) => state === 'current').map(({ id }) => id);
    expect(current).toEqual(expect.arrayContaining([...DEFAULT_SPEECH_MODELS]));
  });

  it('names a current successor for every model that is not current', () => {
    for (const { state, successor } of SPEECH_MODELS) {
      if (state === 'current') continue;
      expect(SPEECH_MODELS.find(({ id }) => id === successor)?.state).toBe('current');
    }
  });

  it('gives source and date of each state', () => {
    for (const { since, source } of SPEECH_MODELS) {
      expect(since).toMatch(/^\d{4}-\d{2}(-\d{2})?$/);
      expect(URL.canParse(source)).toBe(true);
    }
  });
});

describe('outdatedSpeechModels', () => {
  it('describes refused and deprecated models, with date and successor', () => {
    expect(outdatedSpeechModels(['universal-3-pro', 'universal-3-5-pro', 'universal-2'])).toEqual([
      'universal-3-pro, which AssemblyAI refuses (since 2026-09-02); assemblyai-stt-3-7 takes its place',
      'universal-3-5-pro, which AssemblyAI has deprecated (since 2026-11); assemblyai-stt-3-7 takes its place',
    ]);
  });

  it('ignores unknown models', () => {
    expect(outdatedSpeechModels(['universal-9'])).toEqual([]);
  });
});
