import { GoogleGenAI } from '@google/genai';
import type { AxiosInstance } from 'axios';

/** Corrects a text with its recording. @returns the model's answer, as it is to be kept */
export type AskModel = (audio: Buffer, prompt: string) => Promise<string>;

const MODEL = 'gemini-3.8-flash';
const API_KEY = 'simulator';

const contentsOf = (audio: Buffer, prompt: string) => [
  {
    role: 'user',
    parts: [{ inlineData: { mimeType: 'audio/wav', data: audio.toString('base64') } }, { text: prompt }],
  },
];

/** By a request like any other. */
export function askPlainly(providers: AxiosInstance): AskModel {
  return async (audio, prompt) => {
    const { data } = await providers.post<object>(
      `/v1beta/models/${MODEL}:generateContent`,
      { contents: contentsOf(audio, prompt) },
      { headers: { 'x-goog-api-key': API_KEY } },
    );
    return JSON.stringify(data);
  };
}

/** By Google's SDK. */
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
