import { describe, expect, it } from 'vitest';
import { confirmsDeletion } from './delete-confirmation';

describe('the confirmation of a deletion', () => {
  it('is the title, or the word in any case', () => {
    expect(confirmsDeletion(' Council ', 'Council', 'DELETE')).toBe(true);
    expect(confirmsDeletion('delete', 'Council', 'DELETE')).toBe(true);
    expect(confirmsDeletion('DELETE', null, 'DELETE')).toBe(true);
  });

  it('is nothing else', () => {
    expect(confirmsDeletion('council', 'Council', 'DELETE')).toBe(false);
    expect(confirmsDeletion('', null, 'DELETE')).toBe(false);
    expect(confirmsDeletion('  ', '  ', 'DELETE')).toBe(false);
  });
});
