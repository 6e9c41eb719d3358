/** Ends this process with the one that started it, however that ends: its standard input is a pipe to it. */
export function endWithParent(): void {
  process.stdin.resume();
  process.stdin.once('end', () => process.exit(0));
  process.stdin.once('error', () => process.exit(0));
}

/** Says on standard output where it listens. */
export function tellPort(port: number): void {
  process.stdout.write(`${JSON.stringify({ port })}\n`);
}
