import { describe, expect, it } from 'vitest';
import { pieceName, supportedType } from './media-types';

describe('the type of a recording', () => {
  it('is the first one that the browser supports', () => {
    expect(supportedType(() => true)).toBe('audio/webm;codecs=opus');
    expect(supportedType((type) => type === 'audio/mp4')).toBe('audio/mp4');
    expect(supportedType(() => false)).toBeUndefined();
  });

  it('shows in the name of a piece, which begins at 1', () => {
    expect(pieceName(0, 'audio/webm;codecs=opus')).toBe('piece-0001.webm');
    expect(pieceName(11, 'audio/mp4;codecs=mp4a.40.2')).toBe('piece-0012.m4a');
    expect(pieceName(1, '')).toBe('piece-0002.bin');
  });
});
