import { asError } from './errors.ts'

/**
 * Lets work go on by itself. Nobody awaits it, so a rejection would end the process: it is told instead.
 * @param failed default: a process warning
 */
export function inBackground(work: Promise<unknown>, failed: (error: Error) => void = warn): void {
  work.catch((error: unknown) => failed(asError(error)))
}

function warn(error: Error): void {
  process.emitWarning(`fieldlog: work in the background failed: ${error.message}`)
}
