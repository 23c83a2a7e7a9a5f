import { describe, expect, it } from 'vitest';
import { finalText, firstStageText } from './first-stage-text.js';

const EMAIL = 'adaeze.okonkwo@example.org';
const HEARD = `Write to ${EMAIL}.`;
const REDACTED = 'Write to <redacted_email>.';

const reading = {
  kind: 'text' as const,
  text: HEARD,
  raw: { id: 'a-transcript', text: HEARD, words: [{ text: `${EMAIL}.`, start: 0, end: 900 }] },
};

/** The recording is one window. */
const SHORT = { windowSeconds: 480 };

/** A recording of 80 seconds with the address in its middle. */
const spoken = [
  ...Array.from({ length: 80 }, () => 'word'),
  EMAIL,
  ...Array.from({ length: 79 }, () => 'more'),
];
const longReading = {
  kind: 'text' as const,
  text: spoken.join(' '),
  raw: {
    text: spoken.join(' '),
    words: spoken.map((text, index) => ({ text, start: index * 500, end: index * 500 + 400 })),
  },
};

describe('the stored first-stage text', () => {
  it('has windows when the recording is long, with texts that are redacted where it is requested', async () => {
    const plain = { redactPii: false, anonymize: false };
    const windows = async (privacy: typeof plain) =>
      (await firstStageText(privacy, longReading, { windowSeconds: 40 })).windows ?? [];

    expect((await windows(plain)).map(({ text }) => text).join(' ')).toBe(longReading.text);
    const redacted = (await windows({ ...plain, redactPii: true })).map(({ text }) => text).join(' ');
    expect(redacted).toBe(longReading.text.replace(EMAIL, '<redacted_email>'));
  });

  it('has windows without a text when the conversation is anonymized', async () => {
    const { windows = [], ...stored } = await firstStageText(
      { redactPii: true, anonymize: true },
      longReading,
      { windowSeconds: 40 },
    );

    expect(stored).toMatchObject({ transcript: null, diarization: null });
    expect(windows.map(({ text }) => text)).toEqual([null, null]);
    expect(windows.map(({ firstWord, lastWord }) => lastWord - firstWord + 1)).toHaveLength(2);
  });

  it('is complete, with the whole answer, without privacy settings', async () => {
    expect(await firstStageText({ redactPii: false, anonymize: false }, reading, SHORT)).toEqual({
      transcript: HEARD,
      diarization: { schema: 'Dembrane-25-09-assemblyai-partial', data: reading.raw },
      isRedacted: false,
    });
  });

  it('is redacted by patterns, as is the answer, when redaction is requested', async () => {
    const stored = await firstStageText({ redactPii: true, anonymize: false }, reading, SHORT);

    expect(stored).toMatchObject({
      transcript: REDACTED,
      diarization: { data: { id: 'a-transcript', text: REDACTED } },
    });
    expect(JSON.stringify(stored)).not.toContain('okonkwo');
  });

  it.each([true, false])('is empty for an anonymized conversation (redactPii: %j)', async (redactPii) => {
    expect(await firstStageText({ redactPii, anonymize: true }, reading, SHORT)).toEqual({
      transcript: null,
      diarization: null,
      isRedacted: true,
    });
  });
});

describe('the stored final text of a provider without a correction', () => {
  it('is the provider’s text with its whole answer', async () => {
    expect(await finalText({ redactPii: false, anonymize: false }, reading, 'ASSEMBLYAI')).toEqual({
      kind: 'text',
      transcript: HEARD,
      diarization: { schema: 'ASSEMBLYAI', data: reading.raw },
      isRedacted: false,
    });
  });

  it('is redacted by patterns when redaction is requested', async () => {
    const stored = await finalText({ redactPii: true, anonymize: false }, reading, 'ASSEMBLYAI');

    expect(stored).toMatchObject({ kind: 'text', transcript: REDACTED });
    expect(JSON.stringify(stored)).not.toContain('okonkwo');
  });

  it('is withheld for an anonymized conversation, with advice', async () => {
    const stored = await finalText({ redactPii: true, anonymize: true }, reading, 'ASSEMBLYAI');

    expect(stored).toMatchObject({
      kind: 'withheld',
      errorCode: 'withheld',
      error: expect.stringContaining('set TRANSCRIPTION_PROVIDER to Dembrane-25-09') as unknown,
    });
    expect(JSON.stringify(stored)).not.toContain('Write to');
  });
});
