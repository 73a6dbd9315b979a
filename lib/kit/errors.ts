/** Whatever was thrown, as an Error. */
export function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}

/** An error that other code decides on: it is known by its code, never by its words. */
export function withCode<E extends Error>(code: string, error: E): E & { readonly code: string } {
  return Object.assign(error, { code })
}

/** The code of an error, the system's (`ENOSPC`, `EADDRINUSE` …) or ours (`JOURNAL_LOCKED` …), or undefined. */
export function errorCode(thrown: unknown): string | undefined {
  const code = (thrown as { code?: unknown } | null | undefined)?.code
  return typeof code === 'string' ? code : undefined
}
