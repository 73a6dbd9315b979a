// Puts system errors into sentences: what happened, where, and what to do.
import { errorCode } from '../../kit/errors.ts'
import { type Reason, SourceError } from './source.ts'

type Explanation = (where: string) => [message: string, short: Reason]

const deviceErrors: Record<string, Explanation> = {
  ENOENT: (path) => [`${path} does not exist: is the collector plugged in?`, 'does not exist'],
  ENXIO: (path) => [`${path} has no device behind it: is the collector plugged in?`, 'no device'],
  ENODEV: (path) => [`${path} has no device behind it: is the collector plugged in?`, 'no device'],
  EACCES: (path) => [
    `${path} may not be opened by this user: add the user to the group dialout (sudo usermod -aG dialout <user>) and log in again`,
    'no permission',
  ],
  EPERM: (path) => [`${path} may not be opened by this user`, 'no permission'],
  EBUSY: (path) => [`${path} is in use by another program: close that one first`, 'in use'],
  ENOTTY: (path) => [`${path} is not a serial port`, 'not a serial port'],
  EISDIR: (path) => [`${path} is a folder, not a serial port`, 'not a serial port'],
  EIO: (path) => [`${path} has gone: was the collector unplugged?`, 'has gone'],
}

const tcpErrors: Record<string, Explanation> = {
  ECONNREFUSED: (where) => [`${where} refuses the connection: is the server running?`, 'refused'],
  ENOTFOUND: (where) => [`${where}: no address is known for this host name`, 'unknown host'],
  EAI_AGAIN: (where) => [`${where}: the host name cannot be looked up now`, 'no name service'],
  EHOSTUNREACH: (where) => [`${where} cannot be reached: is the host on?`, 'unreachable'],
  ENETUNREACH: (where) => [`${where} cannot be reached: is the network up?`, 'unreachable'],
  ETIMEDOUT: (where) => [`${where} does not answer`, 'no answer'],
  ECONNRESET: (where) => [`${where} reset the connection`, 'reset'],
  EPIPE: (where) => [`${where} closed the connection`, 'closed'],
}

/** What a device's error means; `code` where the error itself carries none. */
export function deviceError(path: string, error: unknown, code = errorCode(error)): SourceError {
  return explain(deviceErrors, path, error, code)
}

/** What an error of a TCP connection means. */
export function tcpError(where: string, error: unknown): SourceError {
  return explain(tcpErrors, where, error, errorCode(error))
}

function explain(
  known: Record<string, Explanation>,
  where: string,
  error: unknown,
  code: string | undefined,
): SourceError {
  if (error instanceof SourceError) return error
  const explanation = code === undefined ? undefined : known[code]
  const [message, short] = explanation?.(where) ?? [`${where}: ${plainText(error)}`, 'error']
  return new SourceError(message, short, { cause: error })
}

/** An error's own words, without the prefixes that the serial port's driver puts before them. */
function plainText(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.replace(/^(Error:?\s*)+/, '') || 'unknown error'
}
