// What the gateway prints. Where systemd's journal reads it, each line begins with its level, by which `journalctl -p`
// chooses, and nothing has a time in front: the journal has it.

export type Level = 'error' | 'warning' | 'info' | 'debug'

/** Of syslog, as sd-daemon(3) has them. */
const priorities: Record<Level, number> = { error: 3, warning: 4, info: 6, debug: 7 }

/** A message of Node-RED's log. */
export interface LogMessage {
  level: number
  msg: unknown
  type?: string
  name?: string
  id?: string
}

export interface Outputs {
  out(text: string): void
  err(text: string): void
}

export class LogLines {
  readonly #outputs: Outputs
  readonly isJournal: boolean

  constructor(outputs: Outputs, isJournal: boolean) {
    this.#outputs = outputs
    this.isJournal = isJournal
  }

  /** Prints lines as they are; errors and warnings on standard error. */
  print(level: Level, text: string): void {
    const lines = text.split('\n')
    const marked = this.isJournal ? lines.map((line) => `<${priorities[level]}>${line}`) : lines
    const { out, err } = this.#outputs
    const write = level === 'error' || level === 'warning' ? err : out
    write(`${marked.join('\n')}\n`)
  }

  /** Prints a message of Node-RED without the time that its own log would put in front. */
  nodeRed({ level, msg, type, name, id }: LogMessage): void {
    this.print(levelOf(level), `${type ? `[${type}:${name || id}] ` : ''}${textOf(msg)}`)
  }
}

/** Whether systemd's journal reads a stream. @param stream what fstat says of it */
export function isJournalStream(variable: string | undefined, stream: { dev: number; ino: number }): boolean {
  return variable === `${stream.dev}:${stream.ino}`
}

/** Node-RED counts from 10, fatal, to 60, trace. */
function levelOf(level: number): Level {
  if (level <= 20) return 'error'
  if (level <= 30) return 'warning'
  return level <= 40 ? 'info' : 'debug'
}

function textOf(message: unknown): string {
  if (typeof message !== 'object' || message === null || message instanceof Error) return String(message)
  const { message: text } = message as { message?: unknown }
  return typeof text === 'string' ? text : JSON.stringify(message)
}
