import { describe, expect, it } from 'vitest';
import { conversationRequest, NO_SETTINGS, problemsByField } from './settings';

describe('the request for a new conversation', () => {
  it('has nothing that was not chosen', () => {
    expect(conversationRequest({ ...NO_SETTINGS, title: '  ' }, '')).toEqual({});
  });

  it('has what was chosen, with hotwords in one line', () => {
    const settings = {
      ...NO_SETTINGS,
      title: ' Council ',
      language: 'nl',
      transcriptPrompt: 'Wilgenbrug\nHavenkwartier, Ringdijk,\n',
      anonymize: true,
    };
    expect(conversationRequest(settings, 'p1')).toEqual({
      title: 'Council',
      projectId: 'p1',
      language: 'nl',
      transcriptPrompt: 'Wilgenbrug, Havenkwartier, Ringdijk',
      anonymize: true,
    });
  });
});

describe('problems that the API found', () => {
  it('are shown at their field', () => {
    expect(problemsByField(['language must be auto', 'name must be text', 'language is odd'])).toEqual({
      language: 'language must be auto\nlanguage is odd',
      projectName: 'name must be text',
    });
  });

  it('are shown together when they belong to no field', () => {
    expect(problemsByField(['there is no space', '42'])).toEqual({ other: 'there is no space\n42' });
  });
});
