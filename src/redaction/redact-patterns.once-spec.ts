import { describe, expect, it } from 'vitest';
import { redactPatterns } from './redact-patterns.js';

describe('redactPatterns', () => {
  it.each([
    ['letters', 'a'.repeat(300_000)],
    ['letters and at signs', 'a@'.repeat(150_000)],
    ['dots', '@a.'.repeat(100_000)],
    ['digits', '1'.repeat(300_000)],
    ['digits and spaces', '0 6 '.repeat(20_000)],
    ['brackets', '(0'.repeat(40_000)],
    ['beginnings of IBANs', 'NL91 '.repeat(40_000)],
    ['number words', 'nul zes '.repeat(25_000)],
    ['spoken addresses', 'jan apenstaartje '.repeat(12_000)],
    ['letters and digits', 'A1 '.repeat(60_000)],
    ['streets and numbers', 'Kerkstraat 12, 1234 '.repeat(10_000)],
    ['labels', 'tel bsn kenteken 12 '.repeat(10_000)],
    ['short numbers with a name', '1 uh/'.repeat(200_000)],
    ['short numbers with a pause', '12, dan-'.repeat(120_000)],
    ['words between a label and a number', `id ${'nummern'.repeat(9)}? 123456782 `.repeat(2_000)],
    ['account numbers with wrong check digits', 'NL91 ABNA 0417 1643 01 '.repeat(4_000)],
    ['invisible characters', `0${'\u200b'.repeat(2_000_000)}612345678`],
    ['letters, five megabytes of them', 'a'.repeat(5_000_000)],
    ['digits, five megabytes of them', '1'.repeat(5_000_000)],
    ['spaces, five megabytes of them', ' '.repeat(5_000_000)],
  ])('redacts a long text of %s in time', (_name, text) => {
    // Quadratic time would take minutes for these lengths, and exceed the timeout of the test.
    expect(redactPatterns(text).text).not.toBe('');
  });
});
