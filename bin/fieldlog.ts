#!/usr/bin/env node
// The `fieldlog` command: finds the subcommand and hands over to it.
import type { Command } from '../lib/cli/command.ts'
import { withoutLogin } from '../lib/kit/url-login.ts'
import { packageVersion } from '../lib/package.ts'

interface Subcommand {
  /** one line for `fieldlog --help` */
  summary: string
  /** Runs it with the arguments after its name; resolves to the exit status. */
  run(args: string[], name: string): Promise<number>
}

/** Loaded on demand, so that none waits for what another one needs. */
const subcommands: Record<string, Subcommand> = {
  start: {
    summary: 'run the gateway: Node-RED with the shipped flow (settings: FIELDLOG_… in the environment)',
    async run(args) {
      if (args.length > 0) return usage(`start takes no arguments, but was given: ${args.join(' ')}`)
      const { start } = await import('./start.ts')
      await start()
      // it runs until a signal ends the process
      return new Promise<number>(() => {})
    },
  },
  verify: journalCommand('check every checksum, hash and number of a journal', async () => {
    return (await import('../lib/cli/verify.ts')).verify
  }),
  audit: journalCommand('add up what became of every entry of a journal', async () => {
    return (await import('../lib/cli/audit.ts')).audit
  }),
  cat: journalCommand('print entries of a journal, by seq, time or source', async () => {
    return (await import('../lib/cli/cat.ts')).cat
  }),
  replay: journalCommand('have the running gateway send events again', async () => {
    return (await import('../lib/cli/replay.ts')).replay
  }),
  rebuild: journalCommand('have the running gateway make its store again from the journal', async () => {
    return (await import('../lib/cli/store/rebuild.ts')).rebuild
  }),
  refused: journalCommand('show what MQTT brokers refused, or send it again', async () => {
    return (await import('../lib/cli/refused.ts')).refused
  }),
  backup: journalCommand('copy a journal, a live one too', async () => {
    return (await import('../lib/cli/backup.ts')).backup
  }),
  relabel: journalCommand('try the formats and predicates of a flow on a whole journal', async () => {
    return (await import('../lib/cli/relabel.ts')).relabel
  }),
  clock: journalCommand(
    'say whether the clock agrees with the journal, or confirm that it is right',
    async () => {
      return (await import('../lib/cli/clock.ts')).clock
    },
  ),
  import: journalCommand('append JeeMon day files to a journal', async () => {
    return (await import('../lib/cli/import.ts')).importFiles
  }),
  send: journalCommand('send a time event, by queue, socket or UDP', async () => {
    return (await import('../lib/cli/send/send-event.ts')).sendEvent
  }),
  'send-lines': journalCommand('send the lines of a file over HTTP, as sensors do', async () => {
    return (await import('../lib/cli/send/send-lines.ts')).sendLines
  }),
}

function journalCommand(summary: string, load: () => Promise<Command>): Subcommand {
  return {
    summary,
    async run(args, name) {
      const { processIo, runCommand } = await import('../lib/cli/command.ts')
      return runCommand(name, await load(), args, processIo())
    },
  }
}

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
  const subcommand = Object.hasOwn(subcommands, name) ? subcommands[name] : undefined
  if (!subcommand) return usage(`unknown command "${name}"`)
  return subcommand.run(args, name)
}

function help(): string {
  const rows = Object.entries(subcommands).map(([name, { summary }]) => `  ${name.padEnd(10)} ${summary}`)
  return `Usage: fieldlog <command> [arguments]\n\nCommands:\n${rows.join('\n')}\n\nfieldlog <command> --help explains a command; fieldlog --version prints the version.\n`
}

/** What was wrong, on standard error, and how to see what is right; status 2 as usual for wrong usage. */
function usage(problem: string): number {
  process.stderr.write(`fieldlog: ${withoutLogin(problem)}; see fieldlog --help\n`)
  return 2
}
