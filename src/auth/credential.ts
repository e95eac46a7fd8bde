/** Something that proves who asks. A new kind is a file beside this one. */
export type Credential = {
  /** What it is, for messages: never the secret itself. */
  readonly kind: string;
  /** The environment variable it was read from, if it was. */
  readonly variable?: string;
  /** The headers it will add, with the secrets masked. */
  readonly preview: Readonly<Record<string, string>>;
  /**
   * The headers that authenticate a request; a token is fetched or refreshed when needed.
   * @param fresh the server refused the last token: get another one
   * @throws AuthError when there is no credential or it cannot be used
   */
  headers(options: { fresh: boolean; signal: AbortSignal }): Promise<Record<string, string>>;
  /** The project the credential belongs to, if it knows one. */
  projectId?(): Promise<string | undefined>;
  /** False when a fresh one would be the same: a 401 is then final. */
  readonly renewable: boolean;
};

/** No credential: for servers on this machine. */
export const NO_CREDENTIAL: Credential = {
  kind: 'none',
  preview: {},
  renewable: false,
  headers: async () => ({}),
};
