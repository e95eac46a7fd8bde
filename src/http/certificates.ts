import type { SecureContext } from 'node:tls';
import { UsageError } from '../errors.ts';

/**
 * A TLS context that trusts the given PEM certificates besides the roots Node knows. It is made once for all
 * connections, since parsing the roots takes some 20 ms each time.
 * Before Node 22.15 a context with certificates of its own does not see NODE_EXTRA_CA_CERTS: whoever sets both gives
 * that file's content here too.
 * @throws UsageError when a text is no PEM certificate
 */
export function trust(pem: readonly string[]): SecureContext {
  const tls: Tls = process.getBuiltinModule('node:tls');
  const roots = tls.getCACertificates?.('default') ?? tls.rootCertificates;
  return tls.createSecureContext({ ca: [...roots, ...pem.flatMap(certificatesIn)] });
}

/** OpenSSL skips what it cannot read without a word, so each is parsed beforehand. */
function certificatesIn(pem: string): string[] {
  const { X509Certificate } = process.getBuiltinModule('node:crypto');
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  if (!blocks) throw unreadable();
  try {
    return blocks.map((block) => new X509Certificate(block).toString());
  } catch (error) {
    throw unreadable(error);
  }
}

/** The call exists since Node 22.15. */
type Tls = typeof import('node:tls') & { getCACertificates?: (type: 'default') => string[] };

function unreadable(cause?: unknown): UsageError {
  return new UsageError('the file of CA certificates holds no readable PEM certificate', {
    hint: 'it must have "-----BEGIN CERTIFICATE-----" blocks: see --ca-file and SSL_CERT_FILE',
    cause,
  });
}
