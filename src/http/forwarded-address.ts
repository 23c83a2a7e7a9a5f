import ipaddr from 'ipaddr.js';

/** An address in brackets, or an IPv4 address, optionally followed by a port. */
const WITH_PORT = /^(?:\[(?<bracketed>[^\]]*)\]|(?<ipv4>\d{1,3}(?:\.\d{1,3}){3}))(?::\d{1,5})?$/;
const QUOTED = /^"(?<inside>.*)"$/;

/**
 * Parses an entry of `X-Forwarded-For`. Some gateways add the caller's port, or use the format of
 * the header `Forwarded`, with brackets and quotes (RFC 7239, section 6:
 * https://www.rfc-editor.org/rfc/rfc7239#section-6). An IPv4-mapped IPv6 address becomes the IPv4
 * address.
 *
 * @returns undefined when the entry is not an address
 */
export function readForwardedAddress(entry: string): string | undefined {
  const text = entry.trim();
  const unquoted = QUOTED.exec(text)?.groups?.inside ?? text;
  const { bracketed, ipv4 } = WITH_PORT.exec(unquoted)?.groups ?? {};
  const address = bracketed ?? ipv4 ?? unquoted;
  // Short forms of IPv4 (`10.1`) are ambiguous to most people.
  if (!ipaddr.IPv6.isValid(address) && !ipaddr.IPv4.isValidFourPartDecimal(address)) return undefined;
  return ipaddr.process(address).toString();
}
