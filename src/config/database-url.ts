/**
 * SSL modes that encrypt without verifying the certificate: two of libpq, and `no-verify`, which
 * the driver adds.
 */
const UNVERIFIED_MODES = new Set(['prefer', 'require', 'no-verify']);

/**
 * Makes the driver read the SSL mode of a DATABASE_URL as libpq does, because database hosts write
 * their URLs for libpq: `sslmode=require` encrypts and verifies nothing, unless `sslrootcert` is
 * given (https://www.postgresql.org/docs/current/libpq-ssl.html). The driver treats every mode from
 * `prefer` on as `verify-full` by default
 * (https://github.com/brianc/node-postgres/tree/master/packages/pg-connection-string#tcp-connections).
 *
 * `verify-ca` without `sslrootcert` stays `verify-full`: libpq then reads a file in the user's
 * home, and the driver does not.
 */
export function withLibpqSslRules(url: string): string {
  const mode = parameter(url, 'sslmode');
  const needsLibpqRules =
    mode === 'prefer' ||
    mode === 'require' ||
    (mode === 'verify-ca' && parameter(url, 'sslrootcert') !== undefined);
  if (!needsLibpqRules || parameter(url, 'uselibpqcompat') !== undefined) return url;
  return `${url}&uselibpqcompat=true`;
}

/** Whether the connection is encrypted without verifying the server's certificate. */
export function leavesCertificateUnverified(url: string): boolean {
  const mode = parameter(url, 'sslmode');
  if (mode === undefined || !UNVERIFIED_MODES.has(mode)) return false;
  return mode === 'no-verify' || mode === 'prefer' || parameter(url, 'sslrootcert') === undefined;
}

/** Returns the last value of a parameter, which is the one that the driver uses. */
function parameter(url: string, name: string): string | undefined {
  return new URL(url).searchParams.getAll(name).at(-1);
}
