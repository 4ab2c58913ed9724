export type Certificate = {
  /** The authority's certificate, PEM: what a client has to trust. */
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
};

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const day = 24 * 60 * 60 * 1000;

/** A small authority and a leaf for `names` (host names and IP addresses), made afresh and never written down. */
export async function makeCertificate(names: readonly string[], now: number): Promise<Certificate> {
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  const { crypto } = globalThis;
  x509.cryptoProvider.set(crypto);
  const makeKeys = () => crypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
  const [authorityKeys, leafKeys] = await Promise.all([makeKeys(), makeKeys()]);
  const validity = { notBefore: new Date(now - day), notAfter: new Date(now + 825 * day) };
  const authority = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: '01',
    name: 'CN=hopcheck simulator authority',
    ...validity,
    signingAlgorithm: algorithm,
    keys: authorityKeys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(authorityKeys.publicKey),
    ],
  });
  const isAddress = (name: string) => /^[\d.]+$|:/.test(name);
  const leaf = await x509.X509CertificateGenerator.create({
    serialNumber: '02',
    subject: 'CN=hopcheck simulator',
    issuer: authority.subject,
    ...validity,
    signingAlgorithm: algorithm,
    publicKey: leafKeys.publicKey,
    signingKey: authorityKeys.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(
        names.map((name) => ({ type: isAddress(name) ? 'ip' : 'dns', value: name })),
      ),
      await x509.AuthorityKeyIdentifierExtension.create(authorityKeys.publicKey),
      await x509.SubjectKeyIdentifierExtension.create(leafKeys.publicKey),
    ],
  });
  const pkcs8 = Buffer.from(await crypto.subtle.exportKey('pkcs8', leafKeys.privateKey)).toString('base64');
  const key = `-----BEGIN PRIVATE KEY-----\n${pkcs8.replace(/.{64}/g, '$&\n')}\n-----END PRIVATE KEY-----\n`;
  return { ca: `${authority.toString('pem')}\n`, certificate: `${leaf.toString('pem')}\n`, key };
}
