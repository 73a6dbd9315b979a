import type { LineFilter } from './line-filter.ts'
import type { PortLine } from './port-line.ts'

/** One connection of a source that has a filter; each has an object of its own. */
export interface FilteredConnection {
  filter: LineFilter
}

/** A line that was read, and waits for its turn. */
export interface WaitingLine extends PortLine {
  /** undefined where no filter stands in its way */
  connection?: FilteredConnection
}

/** Takes lines of one connection after the other to their filters, and tells these where one begins and ends. */
export class FilteredLines {
  #now: FilteredConnection | undefined

  line(line: PortLine, connection: FilteredConnection): void {
    this.begins(connection)
    connection.filter.line(line)
  }

  /** The lines of earlier connections have gone through. */
  begins(connection: FilteredConnection): void {
    if (connection === this.#now) return
    this.ended()
    this.#now = connection
    connection.filter.connected()
  }

  /** The connection has ended, and all of its lines have gone through. */
  ended(): void {
    this.#now?.filter.disconnected()
    this.#now = undefined
  }
}
