import type { Service } from '../messages/field.ts';
import type { Violation } from '../messages/reader.ts';
import type { ReceivedPart, ReceivedRequest } from '../received-request.ts';

/** A check that needs more than one field or more than a type; fields are named in snake_case, as the service does. */
export type Rule = (request: ReceivedRequest, service: Service) => Iterable<Violation>;

/** The fields of which a part has exactly one. */
export const DATA_FIELDS = [
  'text',
  'inlineData',
  'fileData',
  'functionCall',
  'functionResponse',
  'executableCode',
  'codeExecutionResult',
  'audioTranscription',
  'toolCall',
  'toolResponse',
] as const satisfies readonly (keyof ReceivedPart)[];
