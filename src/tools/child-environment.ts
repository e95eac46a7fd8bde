/**
 * What gives access to a model's service. GOOGLE_APPLICATION_CREDENTIALS and AWS_* stay: the first is no secret but
 * the path of one, which the command could read anyway, and without them a command such as bq or aws would not work.
 */
const MODEL_SECRETS = new Set(['GOOGLE_API_KEY', 'GEMINI_API_KEY', 'OPENAI_API_KEY', 'GEMINI_GDC_TOKEN']);

/** The environment of a command that a model called: without the keys that this program uses to talk to the model. */
export function childEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    // Windows does not tell upper case from lower case in these names.
    if (value !== undefined && !MODEL_SECRETS.has(name.toUpperCase())) kept[name] = value;
  }
  return kept;
}
