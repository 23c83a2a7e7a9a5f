import { describe, expect, it } from 'vitest';
import type { LanguageModelConfig } from '../config/app-config.js';
import { modelProviderReceipt } from './model-provider-receipt.js';

const serviceAccount = { project_id: 'p', client_email: 'a@example.org', private_key: 'k' };
const gemini = (baseUrl?: string): LanguageModelConfig => ({ kind: 'gemini', apiKey: 'k', baseUrl });
const vertexai = (apiEndpoint?: string): LanguageModelConfig => ({
  kind: 'vertexai',
  serviceAccount,
  locations: ['eu'],
  apiEndpoint,
});

describe("the receipt's statement about the model provider", () => {
  it('is empty without a model', () => {
    expect(modelProviderReceipt({ kind: 'none' })).toEqual({
      name: null,
      isBehindGateway: false,
      store: null,
      keeps: null,
      asOf: null,
      sources: [],
    });
  });

  it('says that the Gemini API is asked to store nothing, but keeps data against abuse', () => {
    const receipt = modelProviderReceipt(gemini());
    expect(receipt).toMatchObject({ name: 'gemini', store: false });
    expect(receipt.keeps).toMatch(/store=false.*abuse.*55 days/);
    expect(receipt.sources).toContain('https://ai.google.dev/gemini-api/docs/usage-policies');
  });

  it('says that Vertex AI has no such setting, and how long it keeps what', () => {
    const receipt = modelProviderReceipt(vertexai());
    expect(receipt).toMatchObject({ name: 'vertexai', store: null });
    expect(receipt.keeps).toMatch(/24 hours.*90 days/);
  });

  it.each([
    [gemini(), false],
    [gemini('https://generativelanguage.googleapis.com/'), false],
    [gemini('https://gateway.example.org/gemini'), true],
    [gemini('https://notgoogleapis.com'), true],
    [vertexai(), false],
    [vertexai('aiplatform.eu.rep.googleapis.com'), false],
    [vertexai('proxy.example.org:8443'), true],
  ])('distinguishes a gateway from Google: case %#', (config, isBehindGateway) => {
    expect(modelProviderReceipt(config).isBehindGateway).toBe(isBehindGateway);
  });
});
