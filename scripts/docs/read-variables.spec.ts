import { describe, expect, it } from 'vitest';
import { readVariables } from './read-variables.js';

const EXAMPLE = `# A file of variables.

# --- Where it listens ---------------

# Two lines
# of text.
#
# A second paragraph.
# HOST=127.0.0.1
# PORT=3000

# * [LONG__KEY] A key.
KEY=
# The next one.
# NEXT=

# --- Times --------------------------

# UNEXPLAINED=1
`;

describe('variables of an example file', () => {
  it('are read with the comment above them, up to the next comment', () => {
    expect(readVariables(EXAMPLE)).toEqual([
      {
        section: 'Where it listens',
        text: ['Two lines of text.', 'A second paragraph.'],
        names: ['HOST', 'PORT'],
      },
      { section: 'Where it listens', text: ['A key.'], names: ['KEY'] },
      { section: 'Where it listens', text: ['The next one.'], names: ['NEXT'] },
      { section: 'Times', text: [''], names: ['UNEXPLAINED'] },
    ]);
  });
});
