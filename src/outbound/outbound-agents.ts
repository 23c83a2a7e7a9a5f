import dns, { type LookupAddress } from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import { isIP, Socket, type LookupFunction } from 'node:net';
import { Networks } from '../config/networks.js';
import { isPublicAddress } from './public-address.js';

/** Idle connections kept per host; equals the default number of concurrent corrections. */
const MAX_KEPT_CONNECTIONS = 8;
/** Idle time after which a kept connection is closed; servers close theirs after 5 s or more. */
const KEPT_CONNECTION_MS = 4_000;

/** Thrown when a caller's URL points to an address outside the public internet. */
export class PrivateAddressError extends Error {
  override readonly name = 'PrivateAddressError';
  readonly code = 'private_address';

  constructor() {
    super(
      'the address is a private one, of this machine or of a network of its own; to allow it, list its network in ' +
        'ALLOWED_PRIVATE_NETWORKS',
    );
  }
}

/**
 * HTTP agents for callers' URLs: they connect to public addresses, and to the private networks that
 * the configuration allows.
 *
 * The address is checked in the DNS lookup of the connection itself: a name that resolves to a
 * public address during a check, and to a private one when connecting, is refused. A kept
 * connection stays with the address that was checked when it was opened.
 *
 * The agents ignore HTTP_PROXY: a proxy resolves names itself, without this check. With axios, set
 * `proxy: false` and `maxRedirects: 0`.
 */
export class OutboundAgents {
  readonly http: http.Agent;
  readonly https: https.Agent;
  /**
   * The same agents, keeping connections for the next request to the same host. Their user must
   * repeat a request on a fresh connection when a kept one turns out to be closed, so use them for
   * repeatable requests only.
   */
  readonly keepAlive: { http: http.Agent; https: https.Agent };
  private readonly isAllowed: (address: string) => boolean;

  /**
   * @param allowedPrivateNetworks addresses and networks that may be connected to although they are
   * private
   */
  constructor(allowedPrivateNetworks: readonly string[]) {
    const allowed = new Networks(allowedPrivateNetworks);
    this.isAllowed = (address) => isPublicAddress(address) || allowed.includes(address);
    this.http = withAddressCheck(new http.Agent({ keepAlive: false }), this.isAllowed);
    this.https = withAddressCheck(new https.Agent({ keepAlive: false }), this.isAllowed);
    const keeping = { keepAlive: true, maxFreeSockets: MAX_KEPT_CONNECTIONS, timeout: KEPT_CONNECTION_MS };
    this.keepAlive = {
      http: withAddressCheck(new http.Agent(keeping), this.isAllowed),
      https: withAddressCheck(new https.Agent(keeping), this.isAllowed),
    };
  }

  /**
   * Creates agents for URLs of our own configuration, such as a bucket's, which may point anywhere.
   */
  static unrestricted(): OutboundAgents {
    return new OutboundAgents(['0.0.0.0/0', '::/0']);
  }

  /**
   * Checks a URL before it is stored: false when its host is an address that will be refused. Names
   * are resolved later.
   */
  allowsHostOf(url: URL): boolean {
    const host = url.hostname.replace(/^\[|\]$/g, '');
    return isIP(host) === 0 || this.isAllowed(host);
  }
}

function withAddressCheck<T extends http.Agent>(agent: T, isAllowed: (address: string) => boolean): T {
  const checkedAgent: http.Agent = agent;
  const connect = checkedAgent.createConnection.bind(agent);
  const lookup = checkedLookup(isAllowed);
  checkedAgent.createConnection = (options, connected) => {
    const { host } = options;
    // An address needs no DNS lookup, so it has to be checked here.
    if (typeof host === 'string' && isIP(host) !== 0 && !isAllowed(host)) {
      // Reported by the callback: a socket would emit the error before its user listens, which
      // would end the process.
      connected?.(new PrivateAddressError(), new Socket());
      return undefined;
    }
    return connect({ ...options, lookup }, connected);
  };
  return agent;
}

function checkedLookup(isAllowed: (address: string) => boolean): LookupFunction {
  return (hostname, options, done) => {
    dns.lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      if (error !== null) {
        done(error, []);
        return;
      }
      const [first] = addresses;
      // One private address is enough to refuse, as the system decides which address is connected
      // to.
      if (first === undefined || addresses.some(({ address }) => !isAllowed(address))) {
        done(new PrivateAddressError(), []);
        return;
      }
      if (options.all === true) done(null, addresses);
      else done(null, first.address, first.family);
    });
  };
}
