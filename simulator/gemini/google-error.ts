import type { Answer } from '../exchange.js';

/** Builds Google's error envelope; the messages are those of the real services. */
function googleError(code: number, status: string, message: string, details?: readonly object[]): Answer {
  return {
    status: code,
    body: { error: { code, message, status, ...(details === undefined ? {} : { details }) } },
  };
}

export const missingKey = (): Answer =>
  googleError(
    403,
    'PERMISSION_DENIED',
    "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.",
  );

export const invalidKey = (): Answer =>
  googleError(400, 'INVALID_ARGUMENT', 'API key not valid. Please pass a valid API key.', [
    {
      '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
      reason: 'API_KEY_INVALID',
      domain: 'googleapis.com',
    },
  ]);

export const missingToken = (): Answer =>
  googleError(
    401,
    'UNAUTHENTICATED',
    'Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid authentication credential.',
  );

export const unknownModel = (model: string): Answer =>
  googleError(404, 'NOT_FOUND', `models/${model} is not found, or is not supported for generateContent.`);

export const invalidArgument = (message: string): Answer => googleError(400, 'INVALID_ARGUMENT', message);

export const noContents = (): Answer =>
  invalidArgument('* GenerateContentRequest.contents: contents is not specified');

export const tooLarge = (maxBytes: number): Answer =>
  invalidArgument(`Request payload size exceeds the limit: ${maxBytes} bytes.`);
