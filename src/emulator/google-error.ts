import type { Violation } from './messages/reader.ts';

const STATUSES = {
  400: 'INVALID_ARGUMENT',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  409: 'ALREADY_EXISTS',
  410: 'NOT_FOUND',
  412: 'FAILED_PRECONDITION',
  413: 'INVALID_ARGUMENT',
  500: 'INTERNAL',
} as const;

/** A refusal as Google's services put it: `{"error": {code, message, status, details}}`. */
export class GoogleError extends Error {
  readonly code: keyof typeof STATUSES;
  readonly details: readonly Record<string, unknown>[];

  constructor(
    code: keyof typeof STATUSES,
    message: string,
    details: readonly Record<string, unknown>[] = [],
  ) {
    super(message);
    this.name = 'GoogleError';
    this.code = code;
    this.details = details;
  }

  toJSON(): { error: Record<string, unknown> } {
    const error = { code: this.code, message: this.message, status: STATUSES[this.code] };
    return { error: this.details.length > 0 ? { ...error, details: this.details } : error };
  }
}

/** 400 with a google.rpc.BadRequest that names each field. */
export function badRequest(message: string, fieldViolations: readonly Violation[]): GoogleError {
  return new GoogleError(400, message, [
    { '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations },
  ]);
}
