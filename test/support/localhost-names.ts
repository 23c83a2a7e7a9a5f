import dns from 'node:dns';

type Lookup = (
  name: string,
  options: { all?: boolean },
  done: (error: null, address: unknown, family?: number) => void,
) => void;

/**
 * Resolves names below `localhost` to this machine (RFC 6761), which some systems' resolvers do
 * not. @returns a function that undoes it
 */
export function resolveLocalhostNames(): () => void {
  const original = dns.lookup;
  const patched: Lookup = (name, options, done) => {
    if (!name.endsWith('.localhost')) {
      (original as unknown as Lookup)(name, options, done);
      return;
    }
    if (options.all === true) done(null, [{ address: '127.0.0.1', family: 4 }]);
    else done(null, '127.0.0.1', 4);
  };
  dns.lookup = patched as unknown as typeof dns.lookup;
  return () => {
    dns.lookup = original;
  };
}
