import { signal } from '@preact/signals';
import { request, whenSignedOut } from './client';
import type { SessionState } from './types';

/** The session of this browser; null until it is known. */
export const session = signal<SessionState | null>(null);

whenSignedOut(() => {
  const known = session.peek();
  if (known !== null) session.value = { ...known, signedIn: false, required: true };
});

export async function loadSession(): Promise<void> {
  session.value = await request<SessionState>('session');
}

/** @throws ApiError with status 401 when the key is not valid */
export async function signIn(apiKey: string): Promise<void> {
  await request('session', { method: 'POST', json: { apiKey } });
  await loadSession();
}

export async function signOut(): Promise<void> {
  await request('session', { method: 'DELETE' });
  await loadSession();
}
