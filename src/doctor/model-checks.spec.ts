import { describe, expect, it } from 'vitest';
import { namesForText } from './model-checks.js';

describe('the names of Gemini models for text', () => {
  it('are sorted, without models for sound, images or vectors', () => {
    const names = [
      'gemma-4-31b-it',
      'gemini-3.8-flash',
      'gemini-3.8-flash-tts',
      'gemini-2.5-flash-native-audio-preview-12-2025',
      'gemini-live-2.5-flash-preview',
      'gemini-nano-banana-2.1',
      'gemini-omni-flash-preview',
      'gemini-3-pro-image',
      'gemini-robotics-er-2-preview',
      'gemini-2.5-computer-use-preview-10-2025',
      'gemini-3.5-flash-lite',
      'gemini-flash-latest',
    ];
    const listed = [...names.map((name) => ({ name })), { name: 'gemini-9-aqa', generates: false }];
    expect(namesForText(listed)).toEqual([
      'gemini-3.5-flash-lite',
      'gemini-3.8-flash',
      'gemini-flash-latest',
    ]);
  });
});
