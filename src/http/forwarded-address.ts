import ipaddr from 'ipaddr.js';

/** An address in brackets, or one of IPv4, with the port that it called from behind it. */
const WITH_PORT = /^(?:\[(?<bracketed>[^\]]*)\]|(?<ipv4>\d{1,3}(?:\.\d{1,3}){3}))(?::\d{1,5})?$/;
const QUOTED = /^"(?<inside>.*)"$/;

/**
 * Reads an entry of `X-Forwarded-For`. Some gateways add the caller's port, or write the entry as the header `Forwarded` has it, with
 * brackets and quotes (RFC 7239, section 6: https://www.rfc-editor.org/rfc/rfc7239#section-6). An IPv4 address that is written as an
 * IPv6 one is the IPv4 address.
 *
 * @returns undefined for what is no address
 */
export function readForwardedAddress(entry: string): string | undefined {
  const text = entry.trim();
  const unquoted = QUOTED.exec(text)?.groups?.inside ?? text;
  const { bracketed, ipv4 } = WITH_PORT.exec(unquoted)?.groups ?? {};
  const address = bracketed ?? ipv4 ?? unquoted;
  // Short forms of IPv4 (`10.1`) mean something else to most people.
  if (!ipaddr.IPv6.isValid(address) && !ipaddr.IPv4.isValidFourPartDecimal(address)) return undefined;
  return ipaddr.process(address).toString();
}
