/** The two services know different fields; each of the other is an unknown name to it. */
export type Service = 'developer' | 'vertex';

/**
 * A field of a message. `type` names a scalar, an enum or a message; `NAME[]` is a repeated field and `map<NAME>` a map
 * from strings. Fields of one `oneof` exclude each other.
 */
export type FieldSpec = {
  readonly type: string;
  readonly only?: Service;
  readonly oneof?: string;
};

/** The fields of a message by their lowerCamelCase JSON names; a bare string is a type and nothing more. */
export type MessageSpec = Readonly<Record<string, string | FieldSpec>>;

/** A field that only Vertex AI has. */
export const vertexOnly = (type: string): FieldSpec => ({ type, only: 'vertex' });

/** A field that only the Developer API has. */
export const developerOnly = (type: string): FieldSpec => ({ type, only: 'developer' });

/** A member of a oneof. */
export const oneof = (group: string, field: string | FieldSpec): FieldSpec => ({
  ...(typeof field === 'string' ? { type: field } : field),
  oneof: group,
});
