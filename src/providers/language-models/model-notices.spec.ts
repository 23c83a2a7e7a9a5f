import { describe, expect, it } from 'vitest';
import { type ConfiguredModels, modelNotices } from './model-notices.js';

const notices = (configured: Partial<ConfiguredModels>, day: string) =>
  modelNotices(
    {
      variable: 'CORRECTION_MODEL',
      models: ['gemini-2.5-pro'],
      provider: 'gemini',
      locations: [],
      ...configured,
    },
    new Date(day),
  ).map(({ detail, advice }) => `${detail}; ${advice}`);

describe('notices about a configured model', () => {
  it('give its end and its successor, from 60 days before', () => {
    const lite = { models: ['gemini-3.1-flash-lite'] };
    expect(notices(lite, '2027-03-07')).toEqual([]);
    expect(notices(lite, '2027-03-08')).toEqual([
      'gemini-3.1-flash-lite ends on 2027-05-07; use gemini-3.5-flash-lite',
    ]);
    expect(notices(lite, '2027-05-07')).toEqual([
      'gemini-3.1-flash-lite ended on 2027-05-07; use gemini-3.5-flash-lite',
    ]);
  });

  it('say that new projects are refused, however far its end', () => {
    expect(notices({ provider: 'vertexai', locations: ['eu'] }, '2026-11-26')).toEqual([
      'gemini-2.5-pro is closed to new projects and ends on 2027-03-31; use gemini-3.8-flash',
    ]);
  });

  it('say that its locations do not serve it', () => {
    const onVertex = { provider: 'vertexai' as const, models: ['gemini-3.8-flash'] };
    expect(notices({ ...onVertex, locations: ['europe-west1'] }, '2026-11-26')).toEqual([
      'gemini-3.8-flash is served by Vertex AI in global, eu, us only; set VERTEX_LOCATION to one of them',
    ]);
    expect(notices({ ...onVertex, locations: ['europe-west1', 'eu'] }, '2026-11-26')).toEqual([]);
  });

  it('are empty for the defaults and for unknown models', () => {
    const models = ['gemini-3.8-flash', 'gemini-3.5-flash-lite', 'our-gateway-alias'];
    expect(notices({ models }, '2026-11-26')).toEqual([]);
  });
});
