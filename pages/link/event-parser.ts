// Reads a stream of server-sent events (HTML standard, "Server-sent events"), as far as the gateway uses them: event and data.

export interface ServerEvent {
  event: string
  data: string
}

export class EventParser {
  #rest = ''
  #event = ''
  #data: string[] = []

  /** Takes a piece of the stream, and gives the events that it completes. */
  push(piece: string): ServerEvent[] {
    const lines = (this.#rest + piece).split(/\r\n|\n/)
    this.#rest = lines.pop() ?? ''
    return lines.flatMap((line) => this.#take(line))
  }

  #take(line: string): ServerEvent[] {
    if (line === '') return this.#dispatch()
    const [, name, value = ''] = /^([^:]*):? ?(.*)$/s.exec(line) ?? []
    if (name === 'event') this.#event = value
    if (name === 'data') this.#data.push(value)
    return []
  }

  #dispatch(): ServerEvent[] {
    const found =
      this.#data.length > 0 ? [{ event: this.#event || 'message', data: this.#data.join('\n') }] : []
    this.#event = ''
    this.#data = []
    return found
  }
}
