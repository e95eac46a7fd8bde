// Preloaded into a measured process: leaves its peak memory (KiB) in a file when it ends. From the system where it can
// be had: maxRSS begins with what the process had that started this one.
const { existsSync, readFileSync, writeFileSync } = require('node:fs');

process.on('exit', () => {
  const peak = existsSync('/proc/self/status')
    ? /VmHWM:\s*(\d+)/.exec(readFileSync('/proc/self/status', 'latin1'))[1]
    : process.resourceUsage().maxRSS;
  writeFileSync(process.env.BENCH_PEAK_FILE, String(peak));
});
