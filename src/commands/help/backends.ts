import { DEFAULT_MODEL } from '../../models/default-model.ts';

/** `gemini help backends`: who can be asked, where, as whom. */
export function backends(): string {
  return `-b NAME, GEMINI_BACKEND or "gemini config set backend NAME" says who answers:

  developer  the Gemini Developer API: https://generativelanguage.googleapis.com
             needs an API key: GEMINI_API_KEY
  vertex     Gemini on Vertex AI, by --project and --location (global unless set)
             needs a Google credential: gcloud auth application-default login
  gdc        Gemini on Google Distributed Cloud, air-gapped: --endpoint HOST, --project, --ca-file
             needs a token: GEMINI_GDC_TOKEN, gdcloud, or a service account's file
  openai     any server in the way of OpenAI's, by --base-url
             http://localhost:11434/v1 (Ollama), :1234/v1 (LM Studio), :8080/v1 (llama.cpp), :8000/v1 (vLLM)
             --dialect says which it is where its port does not; --dialect auto asks the server itself, at each run
  emulator   a stand-in in this process: no account, no model, no cost; says what it received

When none is named: emulator if GEMINI_EMULATOR_HOST is set, vertex if GOOGLE_GENAI_USE_VERTEXAI is true, developer if there
is an API key, gdc if GEMINI_GDC_ENDPOINT is set, vertex if a project is set.

The model is ${DEFAULT_MODEL} unless -m or GEMINI_MODEL says otherwise; gdc and openai have none and ask for it.
"gemini models" lists what there is, "gemini auth status" what would be used and why, and "gemini doctor" tries it.
`;
}
