// A journal that runs on a machine of its own.
import type { JournalOptions } from '../../../../lib/journal/write/options.ts'
import { Machine, type Process } from './machine.ts'

/** A journal that is open, and what tests do with it. */
export interface Running {
  machine: Machine
  process: Process
  log(count: number): void
  /** operations of one kind since the last call */
  done(name: string): number
}

/** Opens a new journal at noon of 2026-11-21. */
export async function running(options: Partial<JournalOptions> = {}): Promise<Running> {
  const machine = new Machine()
  const process = await machine.open(options)
  let seen = process.disk.operations.length
  return {
    machine,
    process,
    log(count) {
      for (let i = 0; i < count; i++) machine.log(process, `line ${machine.taken.length}`)
    },
    done(name) {
      const { operations } = process.disk
      const count = operations.slice(seen).filter((operation) => operation.name === name).length
      seen = operations.length
      return count
    },
  }
}
