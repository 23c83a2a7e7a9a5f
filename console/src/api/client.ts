/** An answer of the API that is not 2xx, or no answer at all. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    /** HTTP status; 0 when the service did not answer. */
    readonly status: number,
    /** Stable word of the API, such as `conversation_finished`; `offline` without an answer. */
    readonly code: string,
    /** Sentences for a person; one for each refused field. */
    readonly problems: readonly string[],
    readonly requestId: string | null,
  ) {
    super(problems.join('; '));
  }
}

export type Query = Readonly<Record<string, string | number | boolean | null | undefined>>;

export interface RequestOptions {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Empty values are left out. */
  query?: Query;
  /** Sent as JSON. */
  json?: unknown;
  headers?: Readonly<Record<string, string>>;
  signal?: AbortSignal | undefined;
}

/** Called when the API answers 401: the session has ended. */
let onSignedOut: () => void = () => undefined;

export function whenSignedOut(handler: () => void): void {
  onSignedOut = handler;
}

/**
 * Calls the API, with the session's cookie.
 *
 * @param path below `/api/`, such as `conversations`
 * @throws ApiError, or the signal's reason when it was aborted
 */
export async function request<T>(path: string, options: RequestOptions = {}): Promise<T> {
  const response = await fetch(apiUrl(path, options.query), {
    method: options.method ?? 'GET',
    headers: {
      ...(options.json === undefined ? {} : { 'content-type': 'application/json' }),
      ...options.headers,
    },
    ...(options.json === undefined ? {} : { body: JSON.stringify(options.json) }),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  }).catch((error: unknown) => {
    if (options.signal?.aborted === true) throw error;
    throw new ApiError(0, 'offline', [], null);
  });
  if (!response.ok) throw await errorOf(response);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

export function apiUrl(path: string, query: Query = {}): string {
  const parameters = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || value === null || value === '' ? [] : [[name, String(value)]],
  );
  const search = new URLSearchParams(parameters).toString();
  return `/api/${path}${search === '' ? '' : `?${search}`}`;
}

interface ErrorBody {
  message?: string | string[];
  code?: string;
  requestId?: string;
}

async function errorOf(response: Response): Promise<ApiError> {
  const { status, statusText, headers } = response;
  return answerError({
    status,
    statusText,
    body: await response.text(),
    requestId: headers.get('x-request-id'),
  });
}

/** Returns the error of an answer that is not 2xx; one of 401 ends the session here. */
export function answerError(answer: {
  status: number;
  statusText: string;
  body: string;
  requestId: string | null;
}): ApiError {
  const { message = answer.statusText, code = 'unknown', requestId } = readBody(answer.body);
  if (answer.status === 401) onSignedOut();
  return new ApiError(
    answer.status,
    code,
    typeof message === 'string' ? [message] : message,
    requestId ?? answer.requestId,
  );
}

function readBody(body: string): ErrorBody {
  try {
    return JSON.parse(body) as ErrorBody;
  } catch {
    // A proxy in front of the service answers errors in its own format.
    return {};
  }
}
