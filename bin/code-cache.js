// Keeps the compiled code of the program between runs: to compile it takes a third of the time of a short question. Node
// 22.1 and later can do it; for older ones it is written at the end of a run, when V8 has compiled what that command uses.
const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const vm = require('node:vm');

/** 30 days. */
const KEPT_MS = 30 * 24 * 3600 * 1000;

const DIST = path.join(__dirname, '..', 'dist');

/**
 * Loads every file of the built program with its compiled code from earlier runs.
 * @param {string | undefined} word first of the command line: if it is a command, that command's code is looked for
 * @returns {(command: string) => void} to be called at the end, with the command that ran
 */
function useCodeCache(word = 'ask') {
  const command = word === '-h' || word === '--help' ? 'help' : word;
  const folder = cacheFolder();
  if (!folder) return () => {};
  if (Module.enableCompileCache) {
    Module.enableCompileCache(folder);
    return () => {};
  }
  const made = [];
  const compile = Module.prototype._compile;
  Module.prototype._compile = function (content, filename) {
    // main.js keeps its name and length whatever it names, and V8 looks only at the length.
    if (path.dirname(filename) !== DIST || path.basename(filename) === 'main.js') {
      return compile.call(this, content, filename);
    }
    const name = `${path.basename(filename)}.${content.length}`;
    const own = /^[a-z]+$/.test(command) ? readCache(folder, command, name) : undefined;
    const cachedData = own ?? readCache(folder, 'ask', name);
    const script = new vm.Script(Module.wrap(content), { filename, cachedData });
    // The code that a question uses is better than none, but a command writes down its own.
    const borrowed = !own && cachedData !== undefined && !script.cachedDataRejected;
    if (!own || script.cachedDataRejected) made.push({ script, name, borrowed });
    const require = (id) => this.require(id);
    return script.runInThisContext().call(this.exports, this.exports, require, this, filename, DIST);
  };
  return (ran) => {
    Module.prototype._compile = compile;
    const kept = made.filter(({ borrowed }) => !borrowed || (ran === command && ran !== 'ask'));
    if (kept.length > 0) writeCache(path.join(folder, ran), kept);
  };
}

/** The person's own: who can write there decides what we run. Undefined when there is no such place. */
function cacheFolder() {
  const { XDG_CACHE_HOME, HOME, LOCALAPPDATA, NODE_DISABLE_COMPILE_CACHE } = process.env;
  if (NODE_DISABLE_COMPILE_CACHE) return undefined;
  const base =
    XDG_CACHE_HOME && path.isAbsolute(XDG_CACHE_HOME) ? XDG_CACHE_HOME : HOME && path.join(HOME, '.cache');
  const folder = process.platform === 'win32' ? LOCALAPPDATA : base;
  return folder && path.join(folder, 'gemini-prompt', `code-${process.versions.v8}-${process.arch}`);
}

function readCache(folder, command, name) {
  try {
    const file = fs.openSync(
      path.join(folder, command, name),
      fs.constants.O_RDONLY | (fs.constants.O_NOFOLLOW ?? 0),
    );
    try {
      const { uid, mode, size } = fs.fstatSync(file);
      // Windows has neither, and gives each person a folder that is theirs.
      if (process.getuid && (uid !== process.getuid() || mode & 0o022)) return undefined;
      if (size < 4) return undefined;
      const data = Buffer.allocUnsafeSlow(size);
      if (fs.readSync(file, data, 0, size, 0) !== size) return undefined;
      const code = data.subarray(0, size - 4);
      return data.readInt32LE(size - 4) === checksum(code) ? code : undefined;
    } finally {
      fs.closeSync(file);
    }
  } catch {
    return undefined;
  }
}

/** V8 believes what it reads, and crashes on a file whose pages a power cut has lost: a word of each half kilobyte. */
function checksum(code) {
  let sum = code.length;
  for (let at = 0; at + 4 <= code.length; at += 512) sum = (Math.imul(sum, 31) + code.readInt32LE(at)) | 0;
  return sum;
}

/** What cannot be kept is made again. */
function writeCache(folder, made) {
  try {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    // What older versions have left; another one that is still used makes its own anew.
    for (const old of fs.readdirSync(folder)) {
      const file = path.join(folder, old);
      if (Date.now() - fs.statSync(file).mtimeMs > KEPT_MS) fs.rmSync(file);
    }
    for (const { script, name } of made) {
      const code = script.createCachedData();
      const end = Buffer.alloc(4);
      end.writeInt32LE(checksum(code));
      const temporary = path.join(folder, `${name}.${process.pid}`);
      const file = fs.openSync(temporary, 'wx', 0o600);
      try {
        fs.writevSync(file, [code, end]);
        fs.fdatasyncSync(file);
      } finally {
        fs.closeSync(file);
      }
      fs.renameSync(temporary, path.join(folder, name));
    }
  } catch {}
}

module.exports = { useCodeCache };
