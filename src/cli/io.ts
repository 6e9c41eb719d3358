/** What a command needs of the process. */
export type Io = {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Results. */
  readonly stdout: NodeJS.WriteStream;
  /** Progress and complaints. */
  readonly stderr: NodeJS.WriteStream;
};
