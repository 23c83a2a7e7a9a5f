/** Modes that encrypt and leave the certificate unchecked: libpq's own, and one that the driver has added. */
const UNVERIFIED_MODES = new Set(['prefer', 'require', 'no-verify']);

/**
 * Makes a DATABASE_URL mean to the driver what it means to libpq, whose rules hosters write theirs by: `sslmode=require` encrypts and
 * verifies nothing, unless `sslrootcert` is given (https://www.postgresql.org/docs/current/libpq-ssl.html). To the driver every mode
 * from `prefer` on is `verify-full`, until it is told otherwise
 * (https://github.com/brianc/node-postgres/tree/master/packages/pg-connection-string#tcp-connections).
 *
 * `verify-ca` without `sslrootcert` stays `verify-full`: libpq looks for a file in the user's home then, and the driver does not.
 */
export function asLibpqMeansIt(url: string): string {
  const mode = parameter(url, 'sslmode');
  const needsLibpqRules =
    mode === 'prefer' ||
    mode === 'require' ||
    (mode === 'verify-ca' && parameter(url, 'sslrootcert') !== undefined);
  if (!needsLibpqRules || parameter(url, 'uselibpqcompat') !== undefined) return url;
  return `${url}&uselibpqcompat=true`;
}

/** Whether the connection is encrypted, and nobody looks who is at its other end. */
export function leavesCertificateUnverified(url: string): boolean {
  const mode = parameter(url, 'sslmode');
  if (mode === undefined || !UNVERIFIED_MODES.has(mode)) return false;
  return mode === 'no-verify' || mode === 'prefer' || parameter(url, 'sslrootcert') === undefined;
}

/** The last one counts, as for the driver. */
function parameter(url: string, name: string): string | undefined {
  return new URL(url).searchParams.getAll(name).at(-1);
}
