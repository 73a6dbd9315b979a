/** A time event as it stands on the wire. */
export interface TimeEvent {
  /** integer ms of the monotonic clock of the sender's machine */
  time: number
  /** its category: free text */
  cat: string
  /** who sent it, `process[pid]` by custom */
  source: string
  subject?: string
  /** the step: `SINGLE`, `START`, `STOP` …, free text */
  seq?: string
  msg?: string
}

/** `process[pid]` taken apart; a source of another form is a name without a process. */
export function sourceParts(source: string): { name: string; pid?: number } {
  const [, name, pid] = /^(.*)\[(\d{1,10})\]$/s.exec(source) ?? []
  return name === undefined ? { name: source } : { name, pid: Number(pid) }
}
