import { isNetwork } from './networks.js';

/** Names of networks that proxy-addr of Fastify knows. */
const NAMED_NETWORKS = new Set(['loopback', 'linklocal', 'uniquelocal']);
/** A longer chain of proxies is a configuration mistake. */
const MAX_HOPS = 10;

/**
 * Addresses and named networks of trusted proxies, or the number of proxies in front of the
 * service.
 */
export type TrustProxy = number | readonly string[] | false;

/**
 * Reads which proxies may state a caller's address (`X-Forwarded-For`): none by default, as
 * everyone can send that header.
 *
 * @param report receives each problem
 */
export function readTrustProxy(entries: readonly string[], report: (problem: string) => void): TrustProxy {
  if (entries.length === 0) return false;
  const [only = ''] = entries;
  if (entries.length === 1 && /^\d+$/.test(only)) {
    const hops = Number(only);
    if (hops >= 1 && hops <= MAX_HOPS) return hops;
  } else if (entries.every((entry) => NAMED_NETWORKS.has(entry) || isNetwork(entry))) {
    return entries;
  }
  report(
    `names no proxies; give how many stand in front (1 to ${MAX_HOPS}), or a comma list of their addresses and networks`,
  );
  return false;
}

/** @param report called when an entry is neither an address nor a network */
export function readNetworks(
  entries: readonly string[],
  report: (problem: string) => void,
): readonly string[] {
  if (!entries.every(isNetwork)) {
    report('is no list of addresses; give a comma list such as 192.0.2.7, 10.0.0.0/8, fd00::/8');
  }
  return entries;
}
