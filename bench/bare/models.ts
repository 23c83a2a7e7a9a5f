import { GoogleGenAI } from '@google/genai';
import type { AxiosInstance } from 'axios';

/**
 * Corrects a text with its recording.
 * @returns the model's answer, in the form in which it is stored
 */
export type AskModel = (audio: Buffer, prompt: string) => Promise<string>;

const MODEL = 'gemini-3.8-flash';
const API_KEY = 'simulator';

const contentsOf = (audio: Buffer, prompt: string) => [
  {
    role: 'user',
    parts: [{ inlineData: { mimeType: 'audio/wav', data: audio.toString('base64') } }, { text: prompt }],
  },
];

/** Calls the model with a plain HTTP request. */
export function askOverHttp(providers: AxiosInstance): AskModel {
  return async (audio, prompt) => {
    const { data } = await providers.post<object>(
      `/v1beta/models/${MODEL}:generateContent`,
      { contents: contentsOf(audio, prompt) },
      { headers: { 'x-goog-api-key': API_KEY } },
    );
    return JSON.stringify(data);
  };
}

/** Calls the model through Google's SDK. */
export function askThroughSdk(baseUrl: string): AskModel {
  const client = new GoogleGenAI({ vertexai: false, apiKey: API_KEY, httpOptions: { baseUrl } });
  return async (audio, prompt) => {
    const { candidates } = await client.models.generateContent({
      model: MODEL,
      contents: contentsOf(audio, prompt),
    });
    return JSON.stringify({ candidates });
  };
}
