import { describe, expect, it } from '@jest/globals';
import { finalText, firstStageText } from './first-stage-text.js';

const EMAIL = 'adaeze.okonkwo@example.org';
const HEARD = `Write to ${EMAIL}.`;
const REDACTED = 'Write to <redacted_email>.';

const reading = {
  kind: 'text' as const,
  text: HEARD,
  raw: { id: 'a-transcript', text: HEARD, words: [{ text: `${EMAIL}.`, start: 0, end: 900 }] },
};

describe('what is stored of a first-stage text', () => {
  it('is all of it, and the whole answer, when nothing is asked for', async () => {
    expect(await firstStageText({ redactPii: false, anonymize: false }, reading)).toEqual({
      transcript: HEARD,
      diarization: { schema: 'Dembrane-25-09-assemblyai-partial', data: reading.raw },
      isRedacted: false,
    });
  });

  it('is redacted by patterns, text and answer alike, where redaction is asked for', async () => {
    const stored = await firstStageText({ redactPii: true, anonymize: false }, reading);

    expect(stored).toMatchObject({
      transcript: REDACTED,
      diarization: { data: { id: 'a-transcript', text: REDACTED } },
    });
    expect(JSON.stringify(stored)).not.toContain('okonkwo');
  });

  it.each([true, false])('is nothing for an anonymized conversation (redactPii: %j)', async (redactPii) => {
    expect(await firstStageText({ redactPii, anonymize: true }, reading)).toEqual({
      transcript: null,
      diarization: null,
      isRedacted: true,
    });
  });
});

describe('what is stored as final of a provider without a correction', () => {
  it('is its text and its whole answer', async () => {
    expect(await finalText({ redactPii: false, anonymize: false }, reading, 'ASSEMBLYAI')).toEqual({
      kind: 'text',
      transcript: HEARD,
      diarization: { schema: 'ASSEMBLYAI', data: reading.raw },
      isRedacted: false,
    });
  });

  it('is redacted by patterns where redaction is asked for', async () => {
    const stored = await finalText({ redactPii: true, anonymize: false }, reading, 'ASSEMBLYAI');

    expect(stored).toMatchObject({ kind: 'text', transcript: REDACTED });
    expect(JSON.stringify(stored)).not.toContain('okonkwo');
  });

  it('is withheld from an anonymized conversation, with what to do', async () => {
    const stored = await finalText({ redactPii: true, anonymize: true }, reading, 'ASSEMBLYAI');

    expect(stored).toMatchObject({
      kind: 'withheld',
      errorCode: 'withheld',
      error: expect.stringContaining('set TRANSCRIPTION_PROVIDER to Dembrane-25-09'),
    });
    expect(JSON.stringify(stored)).not.toContain('Write to');
  });
});
