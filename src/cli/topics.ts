/** What `gemini help TOPIC` explains besides commands. */
type Topic = {
  readonly description: string;
  /** The page, made when somebody wants it. */
  text(): Promise<string>;
};

/** Every topic. A new one is a file in commands/help and a row. */
export const TOPICS: Readonly<Record<string, Topic>> = {
  backends: {
    description: 'who can be asked, where, and as whom',
    text: async () => (await import('../commands/help/backends.ts')).backends(),
  },
  credentials: {
    description: 'where a credential comes from',
    text: async () => (await import('../commands/help/credentials.ts')).credentials(),
  },
  environment: {
    description: 'the variables that are read, and what wins over what',
    text: async () => (await import('../commands/help/environment.ts')).environment(),
  },
  'exit-codes': {
    description: 'what the exit code says',
    text: async () => (await import('../commands/help/exit-codes.ts')).exitCodes(),
  },
  sources: {
    description: 'what can be attached, and the options after "#"',
    text: async () => (await import('../commands/help/sources.ts')).sources(),
  },
};
