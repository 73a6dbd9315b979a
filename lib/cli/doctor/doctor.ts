import { asError } from '../../kit/errors.ts'
import type { Command, Io, OptionValues } from '../command.ts'
import { gatewayOptions, given } from '../gateway/gateway.ts'
import { homeOf } from '../journal/journal-directory.ts'
import { counted, paint } from '../text.ts'
import { brokers } from './broker.ts'
import { writeBundle } from './bundle.ts'
import { clock } from './clock.ts'
import { copies, disks } from './disks.ts'
import { type Finding, type Level, sayOf, statusOf } from './finding.ts'
import { type GatewayLook, gateway } from './gateway.ts'
import { journals } from './journals.ts'
import { type Machine, thisMachine } from './machine.ts'
import { redactor } from './redact.ts'
import { serial } from './serial.ts'
import { errors, service } from './service.ts'
import { readSite, type Site } from './site.ts'
import { hardware, versions } from './versions.ts'
import { outboxes, stores } from './waiting.ts'

export const doctor: Command = {
  args: '',
  about:
    'Looks at all that a gateway needs, beside a running one or without: versions, machine, disk, clock, serial ports, brokers,\n' +
    'journal, outbox, store, service, and the last errors. Each line says ok, warning or fault, and what to do. Changes nothing.\n' +
    'The status is 0 where all is ok, 1 with warnings, 2 with faults. For a service: sudo fieldlog doctor.',
  options: {
    bundle: {
      type: 'string',
      value: 'FILE',
      about: 'write all of it to a new file (JSON, gzipped), with settings, flow and log, without secrets',
    },
    ...gatewayOptions,
  },
  count: { min: 0, max: 0 },
  run: (_args, options, io) => examine(options, io, thisMachine),
}

/** The whole command, on a machine that a test may have made up. */
export async function examine(options: OptionValues, io: Io, machine: Machine): Promise<number> {
  const site = await readSite(machine, io.env, homeOf(io.env))
  const running: GatewayLook = { findings: [], status: undefined }
  const found = [...site.findings, ...(await look(site, machine, running, options, io))]
  const redact = redactor([...site.secrets, given(options.token) ?? ''])
  const findings = found.map((finding) => shown(finding, redact))
  const status = statusOf(findings)
  const bundle = given(options.bundle)
  if (bundle !== undefined)
    await writeBundle(bundle, { site, findings, status: running.status }, machine, redact)
  if (options.json) {
    await io.out(`${JSON.stringify({ status, findings, bundle }, null, 2)}\n`)
    return status
  }
  for (const finding of findings) await io.out(lineOf(finding, io))
  const times = (level: Level) => findings.filter((finding) => finding.level === level).length
  await io.out(
    `${counted(times('fault'), 'fault')}, ${counted(times('warning'), 'warning')}, ${times('ok')} ok\n`,
  )
  if (bundle !== undefined) await io.out(`written to ${bundle}: look through it before you give it away\n`)
  return status
}

/** Everything in order. What one look throws is a finding of its own, and the others go on. */
async function look(
  site: Site,
  machine: Machine,
  running: GatewayLook,
  options: OptionValues,
  io: Io,
): Promise<Finding[]> {
  const asked = async () => {
    Object.assign(running, await gateway(site, options, io))
    return running.findings
  }
  const looks: Array<[subject: string, work: () => Promise<Finding[]>]> = [
    ['version', () => versions(site)],
    ['machine', () => hardware(machine)],
    ['disk', () => disks(site, machine)],
    ['clock', () => clock(machine)],
    ['serial', () => serial(site, machine)],
    ['broker', () => brokers(site, machine)],
    ['journal', () => journals(site, machine)],
    ['outbox', () => outboxes(site, machine)],
    ['store', () => stores(site)],
    ['backup', () => copies(site, machine)],
    ['service', () => service(machine)],
    ['gateway', asked],
    ['errors', () => errors(machine)],
  ]
  const findings: Finding[] = []
  for (const [subject, work] of looks) {
    try {
      findings.push(...(await work()))
    } catch (error) {
      const says = `it could not be looked at: ${asError(error).message}`
      findings.push(sayOf(subject).warning(says, 'please report this, with what is said above'))
    }
  }
  return findings
}

function shown({ says, advice, ...rest }: Finding, redact: (text: string) => string): Finding {
  return { ...rest, says: redact(says), ...(advice !== undefined && { advice }) }
}

const colours = { ok: 'green', warning: 'yellow', fault: 'red' } as const

function lineOf({ subject, level, says, advice }: Finding, io: Io): string {
  const indent = ' '.repeat(18)
  const text = says.replaceAll('\n', `\n${indent}`)
  const line = `${paint(io, colours[level], level.padEnd(8))} ${subject.padEnd(8)} ${text}\n`
  return advice === undefined ? line : `${line}${indent}→ ${advice}\n`
}
