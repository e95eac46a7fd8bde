#!/usr/bin/env node
// Plain JavaScript that any Node reads: it answers --version at once, refuses a Node too old with a sentence
// instead of a syntax error, and hands over to the built program.
const arguments_ = process.argv.slice(2);
const [major, minor] = process.versions.node.split('.').map(Number);

if (arguments_.length === 1 && (arguments_[0] === '--version' || arguments_[0] === '-V')) {
  try {
    require('node:fs').writeSync(1, `${require('../package.json').version}\n`);
  } catch (error) {
    if (error.code !== 'EPIPE') throw error;
  }
} else if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`gemini: needs Node 20.19 or later, this is ${process.versions.node}\n`);
  process.exitCode = 2;
} else {
  const keepCode = require('./code-cache.js').useCodeCache(arguments_[0]);
  const { main, commandOf } = require('../dist/main.js');
  process.on('exit', () => keepCode(commandOf(arguments_)));
  main();
}
