/** `gemini help credentials`. The order is that of auth/chain.ts. */
export function credentials(): string {
  return `Where a credential comes from: the first place that holds one counts, and is not passed over when it is broken.
A place that you name (a flag, or a setting) counts before a secret that is in the environment.

  developer  --api-key-file, GOOGLE_API_KEY, GEMINI_API_KEY
  vertex     --token-command, --token-file, --api-key-file;
             GOOGLE_API_KEY or GEMINI_API_KEY, unless a project is set;
             the file of GOOGLE_APPLICATION_CREDENTIALS: service_account, authorized_user, impersonated_service_account,
             external_account (by file, URL or executable);
             what "gcloud auth application-default login" has left;
             the metadata server, on a machine of Google Cloud;
             gcloud auth print-access-token, if gcloud is on PATH;
             the metadata server, on any other machine
  gdc        --token-command, --token-file, GEMINI_GDC_TOKEN;
             the file of GOOGLE_APPLICATION_CREDENTIALS: gdch_service_account, with its ca_cert_path;
             gdcloud auth print-identity-token --audiences=https://ENDPOINT, if gdcloud is on PATH
  openai     --token-command, --token-file, --api-key-file, OPENAI_API_KEY, or none
  emulator   none

A command prints a token, or JSON {"access_token", "expires_in" or "expiry"}; it is run again 5 minutes before the end of
the token, 5 minutes later when nothing says when that is, and once when the server refuses the token.
"gemini auth status" shows what was found, "gemini doctor" tries it.
`;
}
