import { badRequest } from './google-error.ts';
import type { Service } from './messages/field.ts';
import type { RequestName } from './messages/index.ts';
import { readMessage, type Violation } from './messages/reader.ts';
import type { ReceivedRequest } from './received-request.ts';
import { RULES } from './rules/index.ts';

/**
 * Checks the body of a generateContent request as strictly as the service does.
 * @throws GoogleError 400 with every violation: of the message's form first, of the rules once the form is right
 */
export function checkGenerateContent(body: unknown, service: Service): ReceivedRequest {
  const request: ReceivedRequest = readRequest('GenerateContentRequest', body, service);
  obey('GenerateContentRequest', request, service, '');
  return request;
}

/**
 * Checks the body of a countTokens request, in the form of either service.
 * @returns what is to be counted
 * @throws GoogleError 400 with every violation
 */
export function checkCountTokens(body: unknown, service: Service): ReceivedRequest {
  const request: ReceivedRequest & { generateContentRequest?: ReceivedRequest & { model?: string } } =
    readRequest('CountTokensRequest', body, service);
  const inner = request.generateContentRequest;
  if (inner === undefined) {
    obey('CountTokensRequest', request, service, '');
    return request;
  }
  if (request.contents !== undefined) {
    refuse('CountTokensRequest', [{ field: 'contents', description: EITHER_RULE }]);
  }
  if (!/^(models|tunedModels)\/./.test(inner.model ?? '')) {
    const description = 'unexpected model name format';
    refuse('CountTokensRequest', [{ field: 'generate_content_request.model', description }]);
  }
  obey('CountTokensRequest', inner, service, 'generate_content_request.');
  return inner;
}

const EITHER_RULE = 'Only one of contents and generate_content_request may be set.';

function readRequest(name: RequestName, body: unknown, service: Service): Record<string, unknown> {
  const { message, violations } = readMessage(name, body, service);
  if (violations.length === 0) return message;
  throw badRequest(violations.map(({ description }) => description).join('\n'), violations);
}

function obey(name: RequestName, request: ReceivedRequest, service: Service, prefix: string): void {
  const violations: Violation[] = [];
  for (const rule of RULES[name]) {
    for (const { field = '', description } of rule(request, service)) {
      violations.push({ field: `${prefix}${field}`, description });
    }
  }
  if (violations.length > 0) refuse(name, violations);
}

function refuse(name: RequestName, violations: readonly Violation[]): never {
  const lines = violations.map(({ field = '', description }) => `* ${name}.${field}: ${description}\n`);
  throw badRequest(lines.join(''), violations);
}
