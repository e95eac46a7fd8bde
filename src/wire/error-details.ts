import { type ErrorDetail, isRecord, oneLine } from './error-body.ts';

/** At most so many lines of detail are shown, each at most so many characters long. */
const MOST_LINES = 8;
const LINE_LIMIT = 300;

/** google.rpc.ErrorInfo, as far as it is there. */
export type ErrorInfo = {
  readonly reason: string | undefined;
  readonly metadata: Readonly<Record<string, unknown>>;
};

/** google.rpc.QuotaFailure.Violation: `id` names the quota, such as GenerateRequestsPerDayPerProjectPerModel-FreeTier. */
export type QuotaViolation = { readonly id: string; readonly value: string | undefined };

/** The machine-readable reason, found by its fields since `@type` may be missing. */
export function errorInfo(details: readonly ErrorDetail[]): ErrorInfo {
  const info = details.find(({ reason }) => typeof reason === 'string');
  return {
    reason: typeof info?.reason === 'string' ? info.reason : undefined,
    metadata: isRecord(info?.metadata) ? info.metadata : {},
  };
}

/** The quotas that were exceeded. */
export function quotaViolations(details: readonly ErrorDetail[]): QuotaViolation[] {
  return records(details, 'violations').map(({ quotaId, quotaMetric, subject, quotaValue }) => ({
    id: text(quotaId) ?? text(quotaMetric) ?? text(subject) ?? '',
    value: text(quotaValue) ?? (typeof quotaValue === 'number' ? String(quotaValue) : undefined),
  }));
}

/** What a person wants to read of the details, one line each: wrong fields, exceeded quotas, links to help. */
export function errorDetailLines(details: readonly ErrorDetail[]): string[] {
  const fields = records(details, 'fieldViolations').map(({ field, description }) =>
    [text(field), text(description)].filter(Boolean).join(': '),
  );
  const quotas = quotaViolations(details).map(({ id, value }) =>
    value === undefined ? id : `${id}: ${value}`,
  );
  const links = records(details, 'links').map(({ description, url }) =>
    [text(description), text(url)].filter(Boolean).join(': '),
  );
  const lines = [...fields, ...quotas, ...links].filter(Boolean).map((line) => oneLine(line, LINE_LIMIT));
  const more = lines.length - MOST_LINES;
  return more > 0 ? [...lines.slice(0, MOST_LINES), `and ${more} more`] : lines;
}

/** The objects in the arrays of this name. */
function records(details: readonly ErrorDetail[], name: string): Record<string, unknown>[] {
  return details.flatMap((detail) => (Array.isArray(detail[name]) ? detail[name].filter(isRecord) : []));
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
