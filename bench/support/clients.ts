import http from 'node:http';
import axios from 'axios';
import type { ScenarioTools } from '../scenario.js';

/** Concurrent requests of the clients that send recordings. */
export const CLIENTS = 16;

const agent = new http.Agent({ keepAlive: true });

/** @throws AxiosError for any answer but a 2xx */
export async function postJson<T>(url: string, body: object, tools: ScenarioTools): Promise<T> {
  const { data } = await axios.post<T>(url, body, { httpAgent: agent, signal: tools.signal });
  return data;
}
