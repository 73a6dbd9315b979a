// The service of systemd, and what it and the kernel have lately complained of.
import { type Finding, sayOf } from './finding.ts'
import type { Machine } from './machine.ts'

const properties = [
  'LoadState',
  'ActiveState',
  'SubState',
  'UnitFileState',
  'NRestarts',
  'Result',
  'ExecMainStatus',
]
const say = sayOf('service')
const log = 'journalctl -u fieldlog says why'

export async function service(machine: Machine): Promise<Finding[]> {
  const state = await show(machine, 'fieldlog.service')
  if (state?.LoadState !== 'loaded')
    return [say.ok('Fieldlog is no service here; sudo fieldlog install, or the package, makes it one')]
  const { ActiveState = '', SubState = '', UnitFileState = '', NRestarts = '0', Result = '' } = state
  const is = `${ActiveState} (${SubState})`
  const findings: Finding[] = []
  if (ActiveState === 'active') findings.push(say.ok(`it is ${is}`))
  else if (ActiveState === 'inactive')
    findings.push(say.warning('it is stopped', 'sudo systemctl start fieldlog'))
  else findings.push(say.fault(`it is ${is}, ${Result}, exit status ${state.ExecMainStatus}`, log))
  if (Number(NRestarts) > 0)
    findings.push(
      say.warning(`it was restarted ${NRestarts} times since it was started by hand or at boot`, log),
    )
  if (UnitFileState === 'disabled')
    findings.push(say.warning('it does not start at boot', 'sudo systemctl enable fieldlog'))
  return findings
}

async function show(machine: Machine, unit: string): Promise<Record<string, string> | undefined> {
  const asked = await machine.run('systemctl', 'show', unit, `--property=${properties.join(',')}`)
  if (asked?.status !== 0) return undefined
  return Object.fromEntries(
    asked.out.split('\n').map((line) => {
      const at = line.indexOf('=')
      return [line.slice(0, at), line.slice(at + 1)]
    }),
  )
}

const mostLines = 5

/** The last lines at the level of errors, of a week: the gateway's, and the kernel's of disks and USB. */
export async function errors(machine: Machine): Promise<Finding[]> {
  const own = await logLines(machine, ['--unit=fieldlog', '--priority=err', '--since=-7d'])
  if (own === undefined)
    return [sayOf('errors').ok("the system's log cannot be asked here: look where the gateway prints to")]
  const kernel = (await logLines(machine, ['--dmesg', '--priority=err', '--since=-7d'])) ?? []
  const hardware = kernel.filter((line) => /mmc|I\/O error|EXT4-fs|FAT-fs|usb |under-?voltage/i.test(line))
  return [
    complaints('errors', own, 'what the gateway says of it is above, and in journalctl -u fieldlog'),
    complaints(
      'kernel',
      hardware,
      'a disk with errors is to be replaced soon: copy what is there (fieldlog backup)',
    ),
  ]
}

function complaints(subject: string, lines: readonly string[], advice: string): Finding {
  if (lines.length === 0) return sayOf(subject).ok('no errors in the log of the last week')
  return sayOf(subject).warning(
    `${lines.length} errors in the log of the last week, the last ones:\n${lines.slice(-mostLines).join('\n')}`,
    advice,
  )
}

/** The end of the gateway's log, whatever the level. */
export async function logTail(machine: Machine, lines: number): Promise<string[]> {
  return (
    (await logLines(machine, [
      '--unit=fieldlog',
      '--unit=fieldlog-trial',
      '--unit=fieldlog-backup',
      `--lines=${lines}`,
    ])) ?? []
  )
}

/** Undefined where there is no systemd, or this user may not look. */
async function logLines(machine: Machine, words: readonly string[]): Promise<string[] | undefined> {
  const asked = await machine.run('journalctl', '--quiet', '--no-pager', '--output=short-iso', ...words)
  if (asked?.status !== 0) return undefined
  return asked.out.split('\n').filter((line) => line !== '' && !line.startsWith('-- '))
}
