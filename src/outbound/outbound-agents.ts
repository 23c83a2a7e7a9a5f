import dns, { type LookupAddress } from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import { isIP, Socket, type LookupFunction } from 'node:net';
import { Networks } from '../config/networks.js';
import { isPublicAddress } from './public-address.js';

/** To each place; as many as corrections run at once by default. */
const MAX_KEPT_CONNECTIONS = 8;
/** Silence after which a kept connection is closed: servers close theirs after 5 s and more. */
const KEPT_CONNECTION_MS = 4_000;

/** A caller's URL leads to an address that is not of the public internet. */
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
 * Connections to wherever a caller's URL leads: to public addresses, and to the private networks that the configuration allows.
 *
 * The address is checked where it is connected to, in the look-up of that very connection: a name that resolves to a public
 * address when somebody looks, and to a private one a moment later, does not get by. A kept connection leads where it was allowed
 * to lead when it was made.
 *
 * They know no HTTP_PROXY: a proxy resolves names itself, where nobody checks them. Who uses them with axios says `proxy: false`,
 * and `maxRedirects: 0`.
 */
export class OutboundAgents {
  readonly http: http.Agent;
  readonly https: https.Agent;
  /**
   * The same with connections that are kept for the next request to the same place. Whoever uses them asks again, on a fresh one,
   * when a kept one turns out to be closed: so only what may be asked twice.
   */
  readonly kept: { http: http.Agent; https: https.Agent };
  private readonly isAllowed: (address: string) => boolean;

  /** @param allowedPrivateNetworks addresses and networks that may be connected to although they are private */
  constructor(allowedPrivateNetworks: readonly string[]) {
    const allowed = new Networks(allowedPrivateNetworks);
    this.isAllowed = (address) => isPublicAddress(address) || allowed.includes(address);
    this.http = guarded(new http.Agent({ keepAlive: false }), this.isAllowed);
    this.https = guarded(new https.Agent({ keepAlive: false }), this.isAllowed);
    const keeping = { keepAlive: true, maxFreeSockets: MAX_KEPT_CONNECTIONS, timeout: KEPT_CONNECTION_MS };
    this.kept = {
      http: guarded(new http.Agent(keeping), this.isAllowed),
      https: guarded(new https.Agent(keeping), this.isAllowed),
    };
  }

  /** For URLs of our own configuration, a bucket's for example: they may lead anywhere. */
  static toAnywhere(): OutboundAgents {
    return new OutboundAgents(['0.0.0.0/0', '::/0']);
  }

  /** For a URL that is only taken in: false when its host is an address that will be refused. Names are resolved later. */
  mayLeadTo(url: URL): boolean {
    const host = url.hostname.replace(/^\[|\]$/g, '');
    return isIP(host) === 0 || this.isAllowed(host);
  }
}

function guarded<T extends http.Agent>(agent: T, isAllowed: (address: string) => boolean): T {
  const guardedAgent: http.Agent = agent;
  const connect = guardedAgent.createConnection.bind(agent);
  const lookup = guardedLookup(isAllowed);
  guardedAgent.createConnection = (options, connected) => {
    const { host } = options;
    // An address is not looked up, so it has to be checked here.
    if (typeof host === 'string' && isIP(host) !== 0 && !isAllowed(host)) {
      // By the callback: a socket that fails by itself does so before its user listens, and would end the process.
      connected?.(new PrivateAddressError(), new Socket());
      return undefined;
    }
    return connect({ ...options, lookup }, connected);
  };
  return agent;
}

function guardedLookup(isAllowed: (address: string) => boolean): LookupFunction {
  return (hostname, options, done) => {
    dns.lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      if (error !== null) {
        done(error, []);
        return;
      }
      const [first] = addresses;
      // One private address among them is enough to refuse: which one is connected to, the system decides.
      if (first === undefined || addresses.some(({ address }) => !isAllowed(address))) {
        done(new PrivateAddressError(), []);
        return;
      }
      if (options.all === true) done(null, addresses);
      else done(null, first.address, first.family);
    });
  };
}
