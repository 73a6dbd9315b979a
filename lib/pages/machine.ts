// The machine that the gateway runs on: its temperature, its memory and its load.
import { readdir, readFile } from 'node:fs/promises'
import { loadavg } from 'node:os'
import { join } from 'node:path'
import type { MachineStatus } from './status.ts'

/** Names of zones that are the processor's, the best first: a Raspberry Pi's, other ARM boards', a PC's. */
const processorZones = [/^cpu-thermal$/, /^(?:cpu|soc)/, /^x86_pkg_temp$/, /^acpitz$/]

/** @param folder where Linux shows its thermal zones; absent on other systems */
export async function machineStatus(folder = '/sys/class/thermal'): Promise<MachineStatus> {
  const [load = 0] = loadavg()
  return { temperature: await processorTemperature(folder), rss: process.memoryUsage.rss(), load }
}

async function processorTemperature(folder: string): Promise<number | null> {
  try {
    const names = (await readdir(folder)).filter((name) => name.startsWith('thermal_zone')).sort()
    const zones = await Promise.all(names.map((name) => zoneIn(join(folder, name))))
    const sound = zones.filter((zone) => zone !== undefined)
    for (const pattern of processorZones) {
      const found = sound.find(({ type }) => pattern.test(type))
      if (found) return found.temperature
    }
    return null
  } catch {
    return null
  }
}

/** Undefined for a zone that cannot be read now: some sleep. */
async function zoneIn(folder: string): Promise<{ type: string; temperature: number } | undefined> {
  try {
    const [type, thousandths] = await Promise.all(
      ['type', 'temp'].map((name) => readFile(join(folder, name), 'utf8')),
    )
    const temperature = Number(thousandths) / 1000
    return Number.isFinite(temperature) ? { type: type!.trim(), temperature } : undefined
  } catch {
    return undefined
  }
}
