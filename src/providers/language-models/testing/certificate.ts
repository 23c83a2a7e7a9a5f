import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** Creates a self-signed X.509 v3 certificate (RFC 5280), as small as TLS accepts it. */
export function makeCertificate(hosts: string[]): { key: string; certificate: string } {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ecdsaWithSha256 = der(0x30, Buffer.from('06082a8648ce3d040302', 'hex'));
  const commonName = der(0x30, Buffer.from('0603550403', 'hex'), der(0x0c, Buffer.from('test')));
  const name = der(0x30, der(0x31, commonName));
  const validity = der(
    0x30,
    der(0x17, Buffer.from('200101000000Z')),
    der(0x17, Buffer.from('491231235959Z')),
  );
  const hostNames = der(0x30, ...hosts.map((host) => der(0x82, Buffer.from(host))));
  const subjectAltName = der(0x30, Buffer.from('0603551d11', 'hex'), der(0x04, hostNames));
  const body = der(
    0x30,
    der(0xa0, der(0x02, Buffer.from([2]))),
    der(0x02, Buffer.from([1])),
    ecdsaWithSha256,
    name,
    validity,
    name,
    pair.publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, der(0x30, subjectAltName)),
  );
  const signature = der(0x03, Buffer.from([0]), sign('sha256', body, pair.privateKey));
  return {
    key: pem(pair.privateKey),
    certificate: `-----BEGIN CERTIFICATE-----\n${der(0x30, body, ecdsaWithSha256, signature).toString('base64')}\n-----END CERTIFICATE-----\n`,
  };
}

function pem(key: KeyObject): string {
  return key.export({ type: 'pkcs8', format: 'pem' }).toString();
}

function der(tag: number, ...contents: Buffer[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
