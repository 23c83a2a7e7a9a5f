import { describe, expect, it } from 'vitest';
import { withoutModelArtifacts } from './model-artifacts.js';

const DRAFT = 'good evening everybody we meet at 10:30 in the café';

describe('the artifacts of a model', () => {
  it.each([
    ['twice-escaped line breaks', 'Good evening.\\nWe meet.', 'Good evening.\nWe meet.'],
    ['twice-escaped letters', 'In the caf\\u00e9.', 'In the café.'],
    ['twice-escaped quotes', 'He said \\"yes\\".', 'He said "yes".'],
    ['bold words', 'We meet **at ten**, __sharp__.', 'We meet at ten, sharp.'],
    ['headings', '# Meeting\nGood evening.', 'Meeting\nGood evening.'],
    ['times in brackets', '[00:00:01] Good evening. (0:05) We meet.', 'Good evening. We meet.'],
    ['times before all lines', '0:01 Good\n0:02 - evening\n\n0:03: all', 'Good\nevening\n\nall'],
    ['unnamed speakers', 'Speaker A: Good evening.\nSPEAKER_01: Hello.', 'Good evening.\nHello.'],
    ['unnamed speakers in Dutch, bold', '**Spreker 2:** Goedenavond.', 'Goedenavond.'],
  ])('are removed from its text: %s', (_what, text, clean) => {
    expect(withoutModelArtifacts(text, DRAFT)).toBe(clean);
    expect(withoutModelArtifacts(text, null)).toBe(clean);
  });

  it.each([
    ['a spoken time', '10:30 is when we meet.\nGood evening.\nAll of you.'],
    ['a name before a line', 'Maria: Good evening.'],
    ['a speaker who is mentioned', 'The speaker said: good evening.'],
    ['redaction markers', '<redacted_name> is here.'],
    ['a single star or line', 'Two * two, snake_case.'],
  ])('are not removed when they may be speech: %s', (_what, text) => {
    expect(withoutModelArtifacts(text, DRAFT)).toBe(text);
  });

  it.each([
    ['C:\\new', 'Open C:\\new please.'],
    ['two ** stars', 'Write ** twice.'],
    ['[0:05]', 'Then it said [0:05] on the screen.'],
    ['speaker b: hello', 'Speaker B: hello.'],
  ])('stay when the draft contains the like: %s', (draft, text) => {
    expect(withoutModelArtifacts(text, draft)).toBe(text);
  });

  // Quadratic time would take hours for these lengths.
  it.each(['\\', '\\u', '[0:0', '(', '**', '#', 'Speaker ', '0:00 ', '\n', ' ', '\n\n#'])(
    'are searched in linear time: %j',
    (piece) => {
      for (const length of [100_000, 5_000_000]) {
        const text = piece.repeat(length / piece.length);
        expect(withoutModelArtifacts(`${text}x`, null).length).toBeLessThanOrEqual(length + 1);
        expect(withoutModelArtifacts('x', text)).toBe('x');
      }
    },
  );
});
