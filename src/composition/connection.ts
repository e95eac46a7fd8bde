import { type Candidate, lookForCredential } from '../auth/chain.ts';
import { NO_CREDENTIAL } from '../auth/credential.ts';
import { type DialectName, dialectByAddress } from '../backends/dialects.ts';
import { reach } from '../backends/reach.ts';
import { type Composed, type Composition, composeBackend, nothingConfigured } from '../composition.ts';
import { backendChoice, type Config } from '../config/config.ts';
import type { BackendName, SettingName } from '../config/settings.ts';
import { AuthError, GeminiError, UsageError } from '../errors.ts';
import { type ProbeStep, probeSteps } from '../http/probe.ts';
import { credentialSettings, noCredential } from './credentials.ts';
import { type ProxyChoice, proxyChoice } from './proxy-choice.ts';

/** What a run would use, and why. Nothing is sent to know it. */
export type Connection = {
  readonly facts: readonly Fact[];
  /** Every place the credential may come from, in order; one at most is chosen. */
  readonly candidates: readonly Considered[];
  /** Why a request would fail before it is sent. */
  readonly problem: GeminiError | undefined;
  /** What `doctor` tries, one after the other; each is to be run before the next is asked for. */
  checks(): AsyncGenerator<ProbeStep>;
};

/** `value` undefined: not set. */
export type Fact = {
  readonly name: string;
  readonly value: string | undefined;
  readonly from: string | undefined;
};

export type Considered = Pick<Candidate, 'source' | 'state' | 'finding'> & { readonly chosen: boolean };

/** @param model for the addresses of models; '' when none is named */
export async function composeConnection(from: Composition, model: string): Promise<Connection> {
  const { config, env } = from;
  const choice = backendChoice(config, env);
  const facts: Fact[] = [{ name: 'backend', value: choice?.name, from: choice?.from }];
  if (!choice) return unreachable(facts, nothingConfigured());
  try {
    const composed = await composeBackend({ ...from, sending: false, note: () => {} });
    const url = addressOf(composed, model);
    const proxy = proxyChoice(url, config, env);
    const { candidates, ...considered } = await consider(choice.name, from, composed);
    const problem = unnamedServer(choice.name, composed) ?? considered.problem;
    facts.push(...factsOf(choice.name, from, { composed, model, url, proxy }));
    return {
      facts,
      candidates,
      problem,
      checks: () => checks(from, { model, proxy: proxy.url, candidates, problem }),
    };
  } catch (error) {
    if (error instanceof GeminiError) return unreachable(facts, error);
    throw error;
  }
}

function unreachable(facts: readonly Fact[], problem: GeminiError): Connection {
  return {
    facts,
    candidates: [],
    problem,
    async *checks() {
      yield { name: 'settings', run: () => Promise.reject(problem) };
    },
  };
}

type Found = { composed: Composed; model: string; url: URL; proxy: ProxyChoice };

function factsOf(name: BackendName, { config, env }: Composition, found: Found): Fact[] {
  const { composed, model, url, proxy } = found;
  const setting = (label: string, key: SettingName): Fact => ({
    name: label,
    value: config.text(key),
    from: config.origin(key),
  });
  const google = name === 'vertex' || name === 'gdc';
  return [
    ...(config.text('profile') ? [setting('profile', 'profile')] : []),
    { name: 'address', value: addressText(name, composed, url), from: composed.baseUrl?.from },
    { name: 'model', value: model || undefined, from: config.origin('model') },
    ...(name === 'openai' ? [dialectFact(config, url)] : []),
    ...(google ? [setting('project', 'project')] : []),
    ...(name === 'vertex' ? [setting('location', 'location'), setting('quota project', 'quotaProject')] : []),
    { name: 'proxy', value: proxy.text, from: proxy.from },
    setting('certificates', 'caFile'),
    { name: 'and', value: env.NODE_EXTRA_CA_CERTS, from: 'NODE_EXTRA_CA_CERTS' },
  ].filter(({ name: label, value }) => value !== undefined || label !== 'and');
}

function dialectFact(config: Config, url: URL): Fact {
  const named = config.text('dialect');
  return named === undefined
    ? { name: 'dialect', value: dialectByAddress(url), from: 'its port' }
    : { name: 'dialect', value: named, from: config.origin('dialect') };
}

function addressText(name: BackendName, composed: Composed, url: URL): string | undefined {
  if (composed.inProcess) return 'in this process';
  return unnamedServer(name, composed) ? undefined : url.href;
}

/** Looks at every candidate, those after the chosen one too. */
async function consider(
  name: BackendName,
  from: Composition,
  { baseUrl, ports }: Composed,
): Promise<{ candidates: Considered[]; problem: GeminiError | undefined }> {
  const candidates: Considered[] = [];
  if (name === 'emulator' || from.env.GEMINI_EMULATOR_HOST) return { candidates, problem: undefined };
  let winner: Candidate | undefined;
  const settings = credentialSettings(name, { ...from, sending: true, baseUrl });
  for await (const candidate of lookForCredential(name, settings, ports)) {
    const { source, state, finding, make } = candidate;
    const chosen = !winner && make !== undefined;
    if (chosen) winner = candidate;
    candidates.push({ source, state, finding, chosen });
  }
  if (winner?.state === 'broken') return { candidates, problem: new AuthError(winner.finding) };
  if (winner?.state === 'usable' || name === 'openai') return { candidates, problem: undefined };
  return { candidates, problem: noCredential(name) };
}

function unnamedServer(name: BackendName, { baseUrl }: Composed): UsageError | undefined {
  if (baseUrl || name === 'developer' || name === 'vertex') return undefined;
  return new UsageError(`-b ${name}: no server is named`, {
    hint: name === 'gdc' ? 'set GEMINI_GDC_ENDPOINT or give --endpoint HOST' : 'give --base-url URL',
  });
}

type Checked = {
  readonly model: string;
  readonly proxy: URL | undefined;
  readonly candidates: readonly Considered[];
  readonly problem: GeminiError | undefined;
};

async function* checks(
  from: Composition,
  { model, proxy, candidates, problem }: Checked,
): AsyncGenerator<ProbeStep> {
  const chosen = candidates.find((candidate) => candidate.chosen);
  let composed: Composed | undefined;
  yield {
    name: 'credential',
    run: async () => {
      // What only asking can tell is asked for below.
      if (problem && chosen?.state !== 'unsure') throw problem;
      composed = await composeBackend(from);
      return chosen ? `${chosen.source}: ${chosen.finding}` : 'none is needed';
    },
  };
  if (!composed) return;
  const made = composed;
  const { backend, http, credential, ca, close } = made;
  const url = addressOf(made, model);
  try {
    yield* probeSteps(url, { connectMs: from.config.number('connectTimeout') * 1000, proxy, ca });
    if (proxy) {
      yield {
        name: 'through the proxy',
        run: async (signal) => {
          const response = await http.send({ method: 'GET', url: new URL('/', url), headers: {}, signal });
          response.discard();
          return `${url.host} answers (${response.status})`;
        },
      };
    }
    if (credential !== NO_CREDENTIAL) {
      yield {
        name: 'token',
        run: async (signal) => {
          await credential.headers({ fresh: false, signal });
          return credential.kind;
        },
      };
    }
    yield {
      name: 'request',
      run: async (signal) => {
        const contents = [{ role: 'user' as const, parts: [{ text: 'hello' }] }];
        if (backend.countTokens) {
          const { totalTokens } = await backend.countTokens(model, { contents }, { signal });
          return `"hello" is ${totalTokens ?? 'some'} tokens to ${model}`;
        }
        const models = new URL(url.href.replace(/chat\/completions$/, 'models'));
        const status = await reach({ http, credential, url: models, signal });
        const found = backend.name === 'openai' ? await serverFound(from.config, made, models, signal) : '';
        return `the server answers (${status})${found}`;
      },
    };
  } finally {
    close();
  }
}

/** What an OpenAI-style server says it is, and what to do where that is not how it is spoken to. */
async function serverFound(
  config: Config,
  { http, credential }: Composed,
  models: URL,
  signal: AbortSignal,
): Promise<string> {
  const { recognizeServer } = await import('../backends/recognize-server.ts');
  const { otherDialect } = await import('../backends/openai.ts');
  const found = await recognizeServer({ http, credential, headers: {} }, new URL('.', models), signal);
  const named = config.text('dialect') as DialectName | 'auto' | undefined;
  const spoken = named ?? dialectByAddress(models);
  if (!found || spoken === 'auto' || found === spoken) return found ? `; its dialect is ${found}` : '';
  return `; ${otherDialect(found, spoken)}`;
}

/** Where a question to the model would go; what is not known yet stands there in capitals. */
function addressOf({ backend }: Composed, model: string): URL {
  const { url } = backend.preview(model || 'MODEL', { contents: [] }, { stream: false });
  return new URL(URL.canParse(url) ? url : `https://${url}`);
}
