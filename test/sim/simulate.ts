/** `npm run simulate -- --seed 7 --days 60 --families 600 --listings 150 --faults` */
import { HELP, readSimulateCommand, UsageError } from './options';
import { resultAsJson, resultAsText } from './report';
import { Simulation } from './simulation';

async function main(): Promise<number> {
  const command = readSimulateCommand(process.argv.slice(2));
  if (command === null) {
    process.stdout.write(HELP);
    return 0;
  }
  // How long it took is the one thing a seed does not decide.
  const startedAtMs = performance.now();
  let toldAtMs = startedAtMs;
  const result = await new Simulation(command, (day, violations) => {
    // A person waits minutes: something every ten seconds, more often at a terminal.
    if (performance.now() - toldAtMs < (process.stderr.isTTY ? 1_000 : 10_000)) return;
    toldAtMs = performance.now();
    process.stderr.write(`  第 ${day}/${command.days} 天 day，${Math.round((toldAtMs - startedAtMs) / 1000)} s${violations === 0 ? '' : `，违反规则 violations ${violations}`}\n`);
  }).simulate();
  const wallMs = Math.round(performance.now() - startedAtMs);
  process.stdout.write(resultAsText(command, result, wallMs));
  if (command.json) process.stdout.write(`${resultAsJson(command, result, wallMs)}\n`);
  return result.violations.length === 0 ? 0 : 1;
}

main().then((code) => {
  process.exitCode = code;
}, (error: unknown) => {
  process.stderr.write(error instanceof UsageError ? `${error.message}\n\n${HELP}` : `${String((error as Error).stack ?? error)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
});
