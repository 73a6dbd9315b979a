#!/usr/bin/env node
// The `fieldlog` command: finds the subcommand and hands over to it.
import { withoutLogin } from '../lib/kit/url-login.ts'
import { packageVersion } from '../lib/package.ts'
import { subcommands } from './subcommands.ts'

const startSummary =
  'run the gateway: Node-RED with the shipped flow (settings: FIELDLOG_… in the environment)'

const [name, ...args] = process.argv.slice(2)
process.exitCode = await main(name, args)

async function main(name: string | undefined, args: string[]): Promise<number> {
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(help())
    return 0
  }
  if (name === '--version' || name === '-v') {
    process.stdout.write(`${packageVersion}\n`)
    return 0
  }
  if (name === 'start') return run(args)
  const subcommand = Object.hasOwn(subcommands, name) ? subcommands[name] : undefined
  if (!subcommand) return usage(`unknown command "${name}"`)
  const { processIo, runCommand } = await import('../lib/cli/command.ts')
  return runCommand(name, await subcommand.load(), args, processIo())
}

/** Runs the gateway until a signal ends the process. */
async function run(args: string[]): Promise<number> {
  if (args.length > 0) return usage(`start takes no arguments, but was given: ${args.join(' ')}`)
  const { start } = await import('./start.ts')
  await start()
  return new Promise<number>(() => {})
}

function help(): string {
  const all = { start: { summary: startSummary }, ...subcommands }
  const rows = Object.entries(all).map(([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`)
  return `Usage: fieldlog <command> [arguments]\n\nCommands:\n${rows.join('\n')}\n\nfieldlog <command> --help explains a command; fieldlog --version prints the version.\n`
}

/** What was wrong, on standard error, and how to see what is right; status 2 as usual for wrong usage. */
function usage(problem: string): number {
  process.stderr.write(`fieldlog: ${withoutLogin(problem)}; see fieldlog --help\n`)
  return 2
}
