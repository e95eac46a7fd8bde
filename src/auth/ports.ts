/** What credentials need of the world, as values: the network, child processes, and a place to report secrets to. */
export type AuthPorts = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly send: SendTokenRequest;
  /** Is told of each secret as it is read or received, so that nothing shows it. */
  readonly remember: (secret: string) => void;
  readonly now: () => number;
};

/** One request to a token endpoint; small bodies only. */
export type TokenRequest = {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
  /** A file of certificates that are trusted for this request besides the usual ones. */
  readonly caFile?: string | undefined;
  /** Never through a proxy: for addresses of this machine's own network. */
  readonly direct?: boolean;
};

export type TokenReply = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
};

/** Sends it with the proxy, certificates and time limits of the run. @throws GeminiError when there is no answer */
export type SendTokenRequest = (request: TokenRequest) => Promise<TokenReply>;
