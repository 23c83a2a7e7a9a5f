import { randomBytes } from 'node:crypto';
import axios from 'axios';
import type { AppConfig } from '../config/app-config.js';
import { CALLBACK_SECRET_HEADER } from '../webhooks/callback-auth.hook.js';
import { callbackProof, DOCTOR_STATUS } from '../webhooks/callback-proof.js';
import { CHECK_TIMEOUT_MS, failed, ok, type Check, type Finding } from './check.js';
import { errorMessage } from '../errors/error-message.js';

const NONCE_BYTES = 16;

/** Calls the callback URL as AssemblyAI does, with a nonce that only this service can answer. */
export function callbackCheck({ transcription: { delivery } }: AppConfig): Check {
  return {
    name: 'callbacks',
    run: () =>
      delivery.kind === 'polling'
        ? Promise.resolve(ok('not used: ASSEMBLYAI_WEBHOOK_URL is unset, results are polled for'))
        : call(delivery.url, delivery.secret),
  };
}

async function call(url: string, secret: string): Promise<Finding> {
  const nonce = randomBytes(NONCE_BYTES).toString('hex');
  try {
    const response = await axios.post<unknown>(
      url,
      { status: DOCTOR_STATUS, nonce },
      {
        headers: { [CALLBACK_SECRET_HEADER]: secret },
        timeout: CHECK_TIMEOUT_MS,
        maxRedirects: 0,
        validateStatus: () => true,
      },
    );
    return evaluate(response.status, response.data, callbackProof(secret, nonce));
  } catch (error) {
    return failed(
      `the callback URL does not answer: ${errorMessage(error)}`,
      'start the service, and check ASSEMBLYAI_WEBHOOK_URL and the proxies on the way to it',
    );
  }
}

function evaluate(status: number, body: unknown, proof: string): Finding {
  if (status === 200 && isProof(body, proof))
    return ok('the callback URL leads to this service, its header intact');
  if (status === 200) {
    return failed(
      'something else answers under the callback URL',
      'check ASSEMBLYAI_WEBHOOK_URL and its proxies',
    );
  }
  if (status === 401) {
    return failed(
      'the callback URL refuses the secret',
      'check that no proxy drops the header, and that the service runs with the same ASSEMBLYAI_WEBHOOK_SECRET',
    );
  }
  if (status === 403) {
    return failed(
      'the callback URL does not take callbacks from here',
      'add the address of this machine to CALLBACK_ALLOWED_IPS during the check; behind a proxy, also set TRUST_PROXY',
    );
  }
  if (status >= 300 && status < 400) {
    return failed(`the callback URL redirects (${status})`, 'give the URL that it redirects to');
  }
  return failed(
    `the callback URL answers ${status}`,
    'check the path of ASSEMBLYAI_WEBHOOK_URL (/api/webhooks/assemblyai) and the proxies on the way',
  );
}

function isProof(body: unknown, proof: string): boolean {
  return typeof body === 'object' && body !== null && 'proof' in body && body.proof === proof;
}
