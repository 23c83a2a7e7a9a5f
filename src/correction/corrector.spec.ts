import { describe, expect, it } from 'vitest';
import { type CorrectionInput, Corrector } from './corrector.js';
import {
  LanguageModel,
  type ModelAnswer,
  type ModelRequest,
} from '../providers/language-models/language-model.js';
import { ModelList } from '../providers/language-models/model-list.js';
import { Summarizer } from './summary/summarizer.js';

/** Records its requests, and returns a fixed answer. */
class ScriptedModel extends LanguageModel {
  readonly provider = 'gemini';
  readonly maxInlineAudioBytes = 10;
  readonly requests: ModelRequest[] = [];

  constructor(private readonly answer: ModelAnswer) {
    super();
  }

  generate(request: ModelRequest): Promise<ModelAnswer> {
    this.requests.push(request);
    request.onUsage?.(this.answer.usage);
    return Promise.resolve(this.answer);
  }
}

function scripted(fields: object, more: Partial<ModelAnswer> = {}): ScriptedModel {
  return new ScriptedModel({
    text: JSON.stringify(fields),
    usage: { inputTokens: 5, outputTokens: 6 },
    ...more,
  });
}

function input(overrides: Partial<CorrectionInput> = {}): CorrectionInput {
  return {
    partialTranscript: 'hallo',
    hotwords: ['Dembrane'],
    guidance: null,
    language: 'nl',
    redactPii: false,
    audio: { bytes: Buffer.alloc(10), mimeType: 'audio/mpeg' },
    ...overrides,
  };
}

const OPTIONS = {
  models: new ModelList({ variable: 'CORRECTION_MODEL', models: ['gemini-2.5-pro'] }),
  thinking: 'low' as const,
  timeoutMs: 1_000,
};

describe('Corrector', () => {
  it('returns the corrected text with its note, model, prompt version and usage', async () => {
    const model = scripted(
      { corrected_transcript: 'Hallo!', note: 'Tip.' },
      { modelVersion: 'gemini-2.5-pro-001' },
    );
    await expect(new Corrector(model, OPTIONS).correct(input())).resolves.toEqual({
      text: 'Hallo!',
      note: 'Tip.',
      usedAudio: true,
      audioOmitted: undefined,
      model: 'gemini-2.5-pro-001',
      promptVersion: 'correction-2',
      usage: { inputTokens: 5, outputTokens: 6 },
    });
  });

  it("sends a recording of the largest size, with the model's name of its media type", async () => {
    const model = scripted({ corrected_transcript: '', note: '' });
    await new Corrector(model, OPTIONS).correct(input());
    expect(model.requests[0]?.audio).toEqual({ bytes: Buffer.alloc(10), mimeType: 'audio/mp3' });
    expect(model.requests[0]?.prompt).toContain('Recording: attached');
    expect(model.requests[0]).toMatchObject({ model: 'gemini-2.5-pro', timeoutMs: 1_000 });
  });

  it('corrects the text only, and says so, when the recording is too large', async () => {
    const model = scripted({ corrected_transcript: 'Hallo!', note: '' });
    const audio = { bytes: Buffer.alloc(11), mimeType: 'audio/wav' };
    const { usedAudio, audioOmitted } = await new Corrector(model, OPTIONS).correct(input({ audio }));
    expect(usedAudio).toBe(false);
    expect(audioOmitted).toBe(
      'The recording was too large to listen to; this is corrected from the text only.',
    );
    expect(model.requests[0]?.audio).toBeUndefined();
    expect(model.requests[0]?.prompt).toContain('Recording: none');
  });

  it('says beside the tip why there was no recording', async () => {
    const model = scripted({ corrected_transcript: 'Hallo!', note: 'Tip.' });
    const { note, audioOmitted } = await new Corrector(model, OPTIONS).correct(
      input({ audio: null, audioOmittedReason: 'it could not be read' }),
    );
    expect(note).toBe('Tip.');
    expect(audioOmitted).toBe(
      'The recording was not used (it could not be read); this is corrected from the text only.',
    );
  });

  it('corrects the text only, and says so, when the model does not support the format', async () => {
    const model = scripted({ corrected_transcript: 'Hallo!', note: '' });
    const audio = { bytes: Buffer.alloc(10), mimeType: 'audio/amr' };
    const { usedAudio, audioOmitted } = await new Corrector(model, OPTIONS).correct(input({ audio }));
    expect(usedAudio).toBe(false);
    expect(audioOmitted).toBe(
      'The model does not take recordings in this format (audio/amr); this is corrected from the text only.',
    );
    expect(model.requests[0]?.audio).toBeUndefined();
  });

  it('names the words around a slice of a recording, and removes them from the answer', async () => {
    const model = scripted({
      corrected_transcript: 'Tot aan de brug. Daar stonden wij stil, en toen ging hij open.',
      note: '',
    });

    const { text } = await new Corrector(model, OPTIONS).correct(
      input({
        partialTranscript: 'daar stonden wij stil',
        neighbors: { before: 'wij reden tot aan de brug', after: 'en toen ging hij open' },
      }),
    );

    expect(text).toBe('Daar stonden wij stil,');
    expect(model.requests[0]?.systemInstruction).toContain('slice of a longer one');
    expect(model.requests[0]?.prompt).toContain('<spoken_before>\nwij reden tot aan de brug\n');
    expect(model.requests[0]?.prompt).toContain('<spoken_after>\nen toen ging hij open\n');
  });

  it('does not name them when the slice is not sent', async () => {
    const model = scripted({ corrected_transcript: 'Hallo!', note: '' });

    await new Corrector(model, OPTIONS).correct(
      input({ audio: null, neighbors: { before: 'voor', after: 'na' } }),
    );

    expect(model.requests[0]?.prompt).not.toContain('spoken_before');
    expect(model.requests[0]?.systemInstruction).not.toContain('slice');
  });

  it('refuses a whole text that repeats one window', async () => {
    const window = 'wij fietsen elke dag met de kinderen over de lange brug naar de school in de haven. ';
    const whole = new Corrector(scripted({}), OPTIONS);

    await expect(
      whole.judgeWhole(
        window.repeat(10),
        `${window} ${Array.from({ length: 100 }, (_, index) => `woord${index}`).join(' ')}`,
      ),
    ).rejects.toMatchObject({
      code: 'repetitive',
    });
    await expect(whole.judgeWhole(window, window)).resolves.toBeUndefined();
  });

  it('refuses a summary, and reports the reason and the usage', async () => {
    const model = scripted({ corrected_transcript: 'Kort.', note: '' });
    const refusals: string[] = [];
    const used: object[] = [];
    const corrector = new Corrector(model, {
      ...OPTIONS,
      onRefusal: (reason) => {
        refusals.push(reason);
      },
    });
    const onUsage = (usage: object): void => {
      used.push(usage);
    };
    await expect(
      corrector.correct(input({ partialTranscript: 'hallo '.repeat(100), onUsage })),
    ).rejects.toMatchObject({ name: 'ProviderUnavailableError', code: 'too_short' });
    expect(refusals).toEqual(['too_short']);
    expect(used).toEqual([{ inputTokens: 5, outputTokens: 6 }]);
  });

  it('transcribes a recording alone, without a block for a first-stage text', async () => {
    const model = scripted({ corrected_transcript: 'Hallo!', note: 'Tip.' });
    const { hotwords, guidance, language, redactPii } = input();
    const audio = { bytes: Buffer.alloc(10), mimeType: 'audio/mpeg' };
    await expect(
      new Corrector(model, OPTIONS).transcribe({ hotwords, guidance, language, redactPii, audio }),
    ).resolves.toMatchObject({ text: 'Hallo!', note: 'Tip.', promptVersion: 'transcription-1' });
    expect(model.requests[0]?.prompt).toBe(
      'PII redaction: off\nMain language: nl\nRecording: attached\n\n<hotwords>\nDembrane\n</hotwords>',
    );
    expect(model.requests[0]?.audio).toMatchObject({ mimeType: 'audio/mp3' });
  });

  it('refuses to transcribe a recording in a format that the model does not support', async () => {
    const model = scripted({ corrected_transcript: 'Hallo!', note: '' });
    const { hotwords, guidance, language, redactPii } = input();
    const audio = { bytes: Buffer.alloc(10), mimeType: 'audio/amr' };
    await expect(
      new Corrector(model, OPTIONS).transcribe({ hotwords, guidance, language, redactPii, audio }),
    ).rejects.toMatchObject({ name: 'ProviderRejectedError', code: 'audio_format' });
    expect(model.requests).toEqual([]);
  });

  it('redacts patterns that the model missed, in text and note, when redaction is on', async () => {
    const model = scripted({ corrected_transcript: '<redacted_name> op 06 12345678', note: 'Vraag a@b.nl.' });
    const corrector = new Corrector(model, OPTIONS);
    await expect(corrector.correct(input({ redactPii: true }))).resolves.toMatchObject({
      text: '<redacted_name> op <redacted_phone>',
      note: 'Vraag <redacted_email>.',
    });
    await expect(corrector.correct(input({ redactPii: false }))).resolves.toMatchObject({
      text: '<redacted_name> op 06 12345678',
    });
  });

  it('redacts patterns in the text sent to the model, when redaction is on', async () => {
    const model = scripted({ corrected_transcript: '', note: '' });
    const corrector = new Corrector(model, OPTIONS);
    await corrector.correct(input({ redactPii: true, partialTranscript: 'Bel 06 12345678' }));
    await corrector.correct(input({ redactPii: false, partialTranscript: 'Bel 06 12345678' }));
    expect(model.requests[0]?.prompt).toContain('Bel <redacted_phone>');
    expect(model.requests[1]?.prompt).toContain('Bel 06 12345678');
  });

  it("requests more output tokens for a longer text, up to the model's limit", async () => {
    const limits: (number | undefined)[] = [];
    for (const length of [0, 10_000, 300_000]) {
      const partialTranscript = 'a'.repeat(length);
      const model = scripted({ corrected_transcript: partialTranscript, note: '' });
      await new Corrector(model, OPTIONS).correct(input({ partialTranscript }));
      limits.push(model.requests[0]?.maxOutputTokens);
    }
    expect(limits).toEqual([41_472, 48_280, 65_535]);
  });

  it('does not send a text that is longer than the model could write', async () => {
    const model = scripted({ corrected_transcript: '', note: '' });
    await expect(
      new Corrector(model, OPTIONS).correct(input({ partialTranscript: 'a'.repeat(1_000_000) })),
    ).rejects.toMatchObject({
      name: 'ProviderRejectedError',
      code: 'text_too_long',
      message: expect.stringContaining('The text has 1000000 characters') as unknown,
    });
    expect(model.requests).toEqual([]);
  });

  it('refuses a text far longer than that of the first stage', async () => {
    const model = scripted({ corrected_transcript: 'la '.repeat(20_000), note: '' });
    await expect(new Corrector(model, OPTIONS).correct(input())).rejects.toMatchObject({
      code: 'invalid_answer',
    });
  });
});

describe('Summarizer', () => {
  it('fences the transcript and returns the summary', async () => {
    const model = scripted({ summary: 'Kort.' });
    await expect(
      new Summarizer(model, OPTIONS).summarize({ transcript: 'a\n</transcript>\nb', language: 'auto' }),
    ).resolves.toEqual({
      summary: 'Kort.',
      model: 'gemini-2.5-pro',
      promptVersion: 'summary-2',
      usage: { inputTokens: 5, outputTokens: 6 },
    });
    expect(model.requests[0]?.prompt).toBe(
      'Main language: detect it\n\n<transcript>\na\n[/transcript]\nb\n</transcript>',
    );
  });
});
