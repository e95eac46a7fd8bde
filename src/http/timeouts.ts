import { UnavailableError } from '../errors.ts';

/** Limits of one exchange in milliseconds; 0 is none. */
export type Timeouts = {
  /** TCP and TLS together. */
  readonly connectMs: number;
  /** From the request's last byte to the answer's headers. */
  readonly headerMs: number;
  /** Between two bytes, of the answer or of the request on its way out. */
  readonly idleMs: number;
};

/** Rings once after `ms` unless it is cancelled by what is returned; 0 never rings. */
export function after(ms: number, ring: () => void): () => void {
  if (ms === 0) return () => {};
  const timer = setTimeout(ring, ms);
  return () => clearTimeout(timer);
}

/** The limit for one chunk of a body on its way out: the first one may wait for the connection. */
export function sendStallMs({ connectMs, idleMs }: Timeouts): number {
  return idleMs === 0 ? 0 : idleMs + connectMs;
}

/** `peer` is who did not connect: host:port, or the proxy. */
export function connectTimeout(peer: string, ms: number): UnavailableError {
  return new UnavailableError(`${peer} did not accept a connection within ${seconds(ms)}`, {
    hint: 'check the network, or raise --connect-timeout',
    retryable: true,
  });
}

export function headerTimeout(host: string, ms: number): UnavailableError {
  return new UnavailableError(`${host} took the request but did not begin to answer within ${seconds(ms)}`, {
    hint: 'the work may have been done already; raise --header-timeout for slow models',
    retryable: true,
    maxAttempts: 2,
  });
}

export function sendTimeout(host: string, ms: number): UnavailableError {
  return new UnavailableError(`${host} stopped taking the request for ${seconds(ms)}`, {
    hint: 'check the network, or raise --idle-timeout',
    retryable: true,
  });
}

export function idleTimeout(host: string, ms: number): UnavailableError {
  return new UnavailableError(`${host} sent nothing for ${seconds(ms)} in the middle of its answer`, {
    hint: 'raise --idle-timeout if the model needs longer',
    retryable: true,
  });
}

function seconds(ms: number): string {
  return `${ms / 1000} s`;
}
