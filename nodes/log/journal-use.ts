// Which log node has a journal, for the check before a deploy: of several on one journal the first has it.

export interface LogOnJournal {
  id: string
  name?: string
  /** id of its journal's node */
  journal?: unknown
  /** it, or its tab, is disabled */
  isDisabled: boolean
}

/** The log node that has the journal already; undefined where the one with this id may have it. */
export function otherUser(
  logs: readonly LogOnJournal[],
  id: string,
  journal: string,
): LogOnJournal | undefined {
  const first = logs.find((log) => log.journal === journal && (log.id === id || !log.isDisabled))
  return first?.id === id ? undefined : first
}
