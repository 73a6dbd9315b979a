// What tests of a disk in trouble have in common.
import assert from 'node:assert/strict'
import type { Operation } from '../../../support/fault-disk.ts'
import { chain, verifyFormat } from './format.ts'
import type { Machine } from './machine.ts'
import type { Running } from './running.ts'

/** The writes of a journal, as far as a test is about them. */
export const writing = ({ name }: Operation) => name === 'write' || name === 'create' || name === 'sync'

export function noticesOf(machine: Machine, kind: string): unknown[] {
  const pattern = new RegExp(`(?<=^N \\S+ ${kind} ).*$`, 'gm')
  return chain(machine.disk).flatMap(({ bytes }) =>
    (bytes.toString().match(pattern) ?? []).map((json) => JSON.parse(json) as unknown),
  )
}

export async function goesOn({ machine, process, log }: Running, where: string): Promise<void> {
  log(1)
  await machine.during(process, () => process.journal.flush())
  assert.equal(process.journal.statistics.failure, undefined)
  const { entries, damage } = await machine.read()
  assert.deepEqual(
    entries.map(({ text }) => text),
    machine.taken,
    where,
  )
  assert.deepEqual(damage, [])
  verifyFormat(machine.disk, where)
}
