// Preloaded into a measured process: leaves its peak memory (KiB) in a file when it ends.
process.on('exit', () => {
  require('node:fs').writeFileSync(process.env.BENCH_PEAK_FILE, String(process.resourceUsage().maxRSS));
});
