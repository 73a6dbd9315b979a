// Which versions run here, and on which machine.
import { createRequire } from 'node:module'
import { machine as architecture, release } from 'node:os'
import { join } from 'node:path'
import { newerNodes } from '../../appliance/service/update.ts'
import { ageText } from '../../kit/age.ts'
import { packageRoot, packageVersion, rollback } from '../../package.ts'
import { machineStatus } from '../../pages/machine.ts'
import { size } from '../text.ts'
import { type Finding, sayOf } from './finding.ts'
import { type Machine, textIn } from './machine.ts'
import type { Site } from './site.ts'

/** Where the firmware of a Raspberry Pi tells of its power supply; hexadecimal. */
const throttled = '/sys/devices/platform/soc/soc:firmware/get_throttled'
/** °C, from which on a Raspberry Pi slows down */
const tooHot = 80
/** share of the memory */
const littleMemory = 0.05

export async function versions(site: Site): Promise<Finding[]> {
  const say = sayOf('version')
  const nodeRed = nodeRedVersion(site.env.FIELDLOG_NODE_RED || 'node-red')
  const rest = `Fieldlog ${packageVersion}, Node.js ${process.versions.node}`
  const findings = [
    nodeRed === undefined
      ? say.fault(`${rest}; Node-RED is not installed beside it`, 'install Fieldlog again')
      : say.ok(`${rest}, Node-RED ${nodeRed}`),
  ]
  const takenBack = rollback()
  if (takenBack !== undefined)
    findings.push(
      say.warning(
        `an update was taken back: ${takenBack.says}`,
        'look why it failed (journalctl -u fieldlog), then install it again, or a later version',
      ),
    )
  for (const text of newerNodes(site.flow))
    findings.push(say.warning(text, 'install the newer version again'))
  return findings
}

export async function hardware(machine: Machine): Promise<Finding[]> {
  const say = sayOf('machine')
  const system = /^PRETTY_NAME="?(.*?)"?$/m.exec((await textIn(machine, '/etc/os-release')) ?? '')?.[1]
  const model = (await textIn(machine, '/proc/device-tree/model'))?.replaceAll('\0', '')
  const uptime = Number.parseFloat((await textIn(machine, '/proc/uptime')) ?? '')
  const { temperature } = await machineStatus()
  const facts = [
    model ?? architecture(),
    system ?? 'an unknown system',
    `kernel ${release()} (${architecture()})`,
    ...(Number.isFinite(uptime) ? [`up for ${ageText(uptime * 1000)}`] : []),
    ...(temperature === null ? [] : [`${temperature.toFixed(0)} °C`]),
  ]
  const findings = [say.ok(facts.join(', '))]
  if (temperature !== null && temperature >= tooHot)
    findings.push(say.warning('the processor is so hot that it slows down', 'give it air, or a heat sink'))
  return [...findings, ...(await power(machine)), ...(await memory(machine))]
}

async function power(machine: Machine): Promise<Finding[]> {
  const bits = Number.parseInt((await textIn(machine, throttled)) ?? '0', 16)
  const advice =
    'use a stronger power supply and a short cable: a weak one damages cards and resets USB devices'
  if ((bits & 1) !== 0) return [sayOf('machine').fault('the supply voltage is too low now', advice)]
  if ((bits & 0x1_0000) === 0) return []
  return [sayOf('machine').warning('the supply voltage was too low since the start', advice)]
}

async function memory(machine: Machine): Promise<Finding[]> {
  const text = (await textIn(machine, '/proc/meminfo')) ?? ''
  const [total = 0, free = 0] = ['MemTotal', 'MemAvailable'].map(
    (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) * 1024,
  )
  if (total === 0) return []
  const says = `${size(free)} of ${size(total)} of memory available`
  if (free >= total * littleMemory) return [sayOf('memory').ok(says)]
  return [sayOf('memory').warning(says, 'stop what else runs here, or use a machine with more memory')]
}

/** As the start looks for it: beside this package, or from the folder that the command was started in. */
function nodeRedVersion(name: string): string | undefined {
  for (const place of [packageRoot, process.cwd()]) {
    try {
      const require = createRequire(join(place, 'package.json'))
      return (require(`${name}/package.json`) as { version: string }).version
    } catch {
      // not there: the next place may have it
    }
  }
  return undefined
}
