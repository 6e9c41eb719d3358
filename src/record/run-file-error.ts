/**
 * Why a run file can't be read or written:
 * `missing`: no such file · `not-readable`: no permission, or not a plain file · `not-sqlite`: another kind of file ·
 * `not-loadline`: SQLite, but not a run · `newer-format`: made by a later Loadline · `damaged`: cut, overwritten or
 * tampered with beyond use · `too-large`: more than this reader takes into memory · `not-writable`: could not be written.
 */
export type RunFileFault =
  | 'missing'
  | 'not-readable'
  | 'not-sqlite'
  | 'not-loadline'
  | 'newer-format'
  | 'damaged'
  | 'too-large'
  | 'not-writable';

/** A run file that can't be used: which one, why (`code`, `detail`), and what to do (`remedy`). */
export class RunFileError extends Error {
  override readonly name = 'RunFileError';
  readonly code: RunFileFault;
  readonly file: string;
  readonly detail: string;
  readonly remedy: string;

  constructor(code: RunFileFault, file: string, detail: string, cause?: unknown) {
    super(`${file}: ${detail}`, cause === undefined ? undefined : { cause });
    this.code = code;
    this.file = file;
    this.detail = detail;
    this.remedy = remedyOf(code);
  }
}

function remedyOf(code: RunFileFault): string {
  switch (code) {
    case 'missing':
      return 'check the path; `loadline runs` lists the stored runs';
    case 'not-readable':
      return 'check that it is a plain file and that you may read it';
    case 'not-sqlite':
      return "give a .loadline file; another tool's results are read with --from";
    case 'not-loadline':
      return 'give a file that `loadline run` has written; `loadline runs` lists them';
    case 'newer-format':
      return 'update Loadline, or read the file with the version that wrote it';
    case 'damaged':
      return 'copy the file again from where it was made, or measure again';
    case 'too-large':
      return 'give Node more memory (NODE_OPTIONS=--max-old-space-size=16384), or measure shorter; any SQLite client can read the file';
    case 'not-writable':
      return 'check the free space and the permissions of the folder, or choose another with --out';
    default:
      return code satisfies never;
  }
}
