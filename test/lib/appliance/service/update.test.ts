import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keepFlow, newerNodes } from '../../../../lib/appliance/service/update.ts'
import { currentVersion } from '../../../../lib/migrate/migrate.ts'

describe('the start of another version', () => {
  let home: string
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'fieldlog-update-'))
  })
  afterEach(() => rmSync(home, { recursive: true }))

  it('keeps the flow of the one before, with its credentials, once', () => {
    assert.equal(keepFlow(home, '1.0.0'), undefined)
    writeFileSync(join(home, 'flows.json'), '[1]')
    writeFileSync(join(home, 'flows_cred.json'), '{}')
    assert.equal(keepFlow(home, '1.0.0'), undefined)
    assert.equal(keepFlow(home, '1.1.0'), 'flows-1.0.0.json')
    writeFileSync(join(home, 'flows.json'), '[2]')
    assert.equal(keepFlow(home, '1.1.0'), undefined)
    assert.equal(readFileSync(join(home, 'flows-1.0.0.json'), 'utf8'), '[1]')
    assert.ok(readdirSync(home).includes('flows_cred-1.0.0.json'))
  })

  it('keeps that of a version that noted no number', () => {
    writeFileSync(join(home, 'flows.json'), '[0]')
    assert.equal(keepFlow(home, '1.0.0'), 'flows-before.json')
  })

  it('says which nodes a newer one has saved', () => {
    const known = currentVersion('fieldlog-port')
    const flow = [
      { id: 'a', type: 'fieldlog-port', version: known },
      { id: 'b', type: 'fieldlog-port', name: 'JeeLink', version: known + 1 },
      { id: 'c', type: 'inject', version: 99 },
    ]
    const said = newerNodes(flow)
    assert.equal(said.length, 1)
    assert.match(
      said[0]!,
      new RegExp(`^the node JeeLink .*form ${known + 1}; this one reads up to ${known}\\)`),
    )
  })
})
