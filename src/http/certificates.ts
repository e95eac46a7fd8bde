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
  if (!pem.every((text) => text.includes('-----BEGIN CERTIFICATE-----'))) throw unreadable();
  try {
    return tls.createSecureContext({ ca: [...roots, ...pem] });
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
