// The frame of all subcommands: parses options, prints help, writes output, and turns errors into exit statuses.
import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { asError, errorCode } from '../kit/errors.ts'
import { withoutLogin } from '../kit/url-login.ts'

/** Where a subcommand writes to, and what stops it. */
export interface Io {
  /** standard output; resolves when there is room for more */
  out(text: string): Promise<void>
  /** standard error */
  err(text: string): void
  /** SIGINT, SIGTERM, or nobody reads the output any more */
  signal: AbortSignal
  env: NodeJS.ProcessEnv
  /** standard error is a terminal: somebody may be told how far the work is */
  isWatched: boolean
  /** standard output is a terminal that shows colours, and NO_COLOR is not set */
  hasColours: boolean
}

/** One option of a subcommand. */
export interface OptionSpec {
  type: 'string' | 'boolean'
  /** a letter that stands for it: `c` for `-c` */
  short?: string
  /** what stands for its value in the help */
  value?: string
  about: string
  multiple?: boolean
}

/** Options as they were given. */
export type OptionValues = Record<string, string | boolean | Array<string | boolean> | undefined>

/** A subcommand. */
export interface Command {
  /** its arguments, for the help: `DIR [TARGET]` */
  args: string
  /** what it does, in a few lines */
  about: string
  /** `--json` and `--help` are added to these */
  options?: Record<string, OptionSpec>
  /** least and most arguments */
  count: { min: number; max: number }
  /** Returns the exit status: 0, or 1 where it found or left something wrong. */
  run(args: string[], options: OptionValues, io: Io): Promise<number>
}

/** Wrong usage: exit status 2. */
export class UsageError extends Error {
  readonly code = 'USAGE'
}

/** What went wrong, for the user; no stack. */
export class CommandError extends Error {
  readonly code = 'COMMAND_FAILED'
}

const common: Record<string, OptionSpec> = {
  json: { type: 'boolean', about: 'print JSON' },
  help: { type: 'boolean', short: 'h', about: 'print this' },
}

function allOptions({ options }: Command): Record<string, OptionSpec> {
  return { ...options, ...common }
}

/** Runs a subcommand with the arguments after its name. */
export async function runCommand(name: string, command: Command, args: string[], io: Io): Promise<number> {
  const specs = allOptions(command)
  try {
    const { values, positionals } = parse(args, specs)
    if (values.help) {
      await io.out(help(name, command, specs))
      return 0
    }
    const { min, max } = command.count
    if (positionals.length < min) throw new UsageError(`it needs ${command.args}`)
    if (positionals.length > max) throw new UsageError(`it does not know what to do with ${positionals[max]}`)
    return await command.run(positionals, values, io)
  } catch (error) {
    if (errorCode(error) === 'EPIPE') return 0
    if (errorCode(error) === 'USAGE') {
      io.err(`fieldlog ${name}: ${withoutLogin(asError(error).message)}; see fieldlog ${name} --help\n`)
      return 2
    }
    // an error with a code says what happened and where; any other is a fault of ours
    const text = errorCode(error) === undefined ? asError(error).stack : asError(error).message
    io.err(`fieldlog ${name}: ${withoutLogin(text ?? '')}\n`)
    return 1
  }
}

function parse(args: string[], specs: Record<string, OptionSpec>) {
  const options: ParseArgsOptionsConfig = {}
  for (const [name, { type, short, multiple = false }] of Object.entries(specs)) {
    options[name] = short === undefined ? { type, multiple } : { type, multiple, short }
  }
  try {
    return parseArgs({ args, options, allowPositionals: true })
  } catch (error) {
    throw new UsageError(
      asError(error)
        .message.split('. ')[0]!
        .replace(/^\w/, (letter) => letter.toLowerCase()),
    )
  }
}

/** What `fieldlog <name> --help` prints. */
export function help(name: string, command: Command, specs = allOptions(command)): string {
  const rows = Object.entries(specs).map(([option, { short, value, about }]) => {
    const names = `${short === undefined ? '' : `-${short}, `}--${option}`
    return `  ${`${names}${value ? ` ${value}` : ''}`.padEnd(22)} ${about}`
  })
  const usage = ['fieldlog', name, command.args, '[options]'].filter(Boolean).join(' ')
  return `Usage: ${usage}\n\n${command.about}\n\nOptions:\n${rows.join('\n')}\n`
}

/** The standard streams. Where nobody reads the output any more the signal says so. */
export function processIo(): Io {
  const stop = new AbortController()
  let isRead = true
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
  process.stdout.on('error', (error) => {
    if (errorCode(error) !== 'EPIPE') throw error
    isRead = false
    stop.abort()
  })
  return {
    signal: stop.signal,
    env: process.env,
    isWatched: process.stderr.isTTY === true,
    hasColours: process.stdout.isTTY === true && process.stdout.hasColors(),
    err: (text) => process.stderr.write(text),
    async out(text) {
      // what an interrupted command has to say at the end is written, too
      if (!isRead || process.stdout.write(text) || stop.signal.aborted) return
      await new Promise<void>((resolve) => {
        process.stdout.once('drain', resolve)
        stop.signal.addEventListener('abort', () => resolve(), { once: true })
      })
    },
  }
}
