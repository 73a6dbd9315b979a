// How far the open journals are, for the watchdog of the appliance.
import type { LogService } from '../../lib/delivery/log-service.ts'

const journals = new Map<LogService, { directory: string; flushInterval: () => number | undefined }>()

/** @param flushInterval seconds, as it is set now */
export function followProgress(
  service: LogService,
  directory: string,
  flushInterval: () => number | undefined,
): void {
  journals.set(service, { directory, flushInterval })
}

/** A journal that closes is followed no more: it has a limit of its own. */
export function endProgress(service: LogService): void {
  journals.delete(service)
}

export function journalProgress() {
  return [...journals].map(([service, { directory, flushInterval }]) => {
    const { journal, problem } = service.state
    return {
      directory,
      held: journal.held,
      written: journal.records,
      failure: journal.failure ?? problem,
      flushInterval: flushInterval() ?? 1,
    }
  })
}
