import ipaddr from 'ipaddr.js';

type Network = ReturnType<typeof ipaddr.parseCIDR>;

const IPV4_BITS = 32;
const IPV6_BITS = 128;

/** A list of addresses and networks, such as `10.0.0.0/8`, `192.0.2.7` or `fd00::/8`. */
export class Networks {
  private readonly networks: Network[];

  /**
   * @throws TypeError for an entry that is neither an address nor a network; the configuration
   * refuses these earlier
   */
  constructor(list: readonly string[]) {
    this.networks = list.map((item) => {
      const network = parseNetwork(item);
      if (network === undefined) throw new TypeError(`${item} is neither an address nor a network`);
      return network;
    });
  }

  /**
   * Whether the list covers an address. An IPv4 address written as an IPv6 one (`::ffff:192.0.2.7`)
   * counts as IPv4.
   */
  includes(address: string): boolean {
    if (!ipaddr.isValid(address)) return false;
    const parsed = ipaddr.process(address);
    // ipaddr.js throws for an address of the other family.
    return this.networks.some(([base, bits]) => parsed.kind() === base.kind() && parsed.match(base, bits));
  }
}

export function isNetwork(text: string): boolean {
  return parseNetwork(text) !== undefined;
}

function parseNetwork(text: string): Network | undefined {
  try {
    if (text.includes('/')) return ipaddr.parseCIDR(text);
    // The parser also accepts short forms (`10.1`), which most people read as something else.
    if (!ipaddr.IPv6.isValid(text) && !ipaddr.IPv4.isValidFourPartDecimal(text)) return undefined;
    const address = ipaddr.process(text);
    return [address, address.kind() === 'ipv4' ? IPV4_BITS : IPV6_BITS];
  } catch {
    // The library reports an invalid network only by throwing.
    return undefined;
  }
}
