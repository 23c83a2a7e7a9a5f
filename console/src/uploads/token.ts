const TOKEN_BYTES = 16;

/** Returns a new random token. Unlike `crypto.randomUUID`, this also works without HTTPS. */
export function newToken(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(TOKEN_BYTES));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
