// What the commands that read a journal have in common: which journal, how far they are, colours, local times.
import assert from 'node:assert/strict'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { backup } from '../../../../lib/cli/backup/backup.ts'
import { audit } from '../../../../lib/cli/journal/audit.ts'
import { cat } from '../../../../lib/cli/journal/cat.ts'
import { importFiles } from '../../../../lib/cli/journal/import.ts'
import { verify } from '../../../../lib/cli/journal/verify.ts'
import { buildJournal, inBatches, lines, writeJournal } from '../../../support/build-journal.ts'
import { runHere, temporaryDirectory } from '../helper.ts'

describe('commands that read a journal', () => {
  const place = temporaryDirectory()
  let env: NodeJS.ProcessEnv

  beforeEach(() => {
    env = { FIELDLOG_HOME: place.path }
    const directory = join(place.path, 'journal')
    mkdirSync(directory)
    const batches = inBatches(lines('20261119', 10), 4)
    writeJournal(directory, buildJournal([{ date: '20261119', batches }]))
  })

  it('read that of the home folder where none is given', async () => {
    assert.match((await runHere('verify', verify, [], { env })).out, /^whole: 1 file, 10 entries/)
    assert.match((await runHere('audit', audit, [], { env })).out, /^entries +10 /)
    assert.equal((await runHere('cat', cat, ['--from', '3', '--to', '4'], { env })).out.split('\n').length, 3)
    const copied = await runHere('backup', backup, [`${place.path}-copy`], { env })
    rmSync(`${place.path}-copy`, { recursive: true })
    assert.match(copied.out, /^1 file, .* copied, up to entry 10; verified: whole\n$/)
  })

  it('say what to do where the home folder has none', async () => {
    const home = join(place.path, 'nobody')
    const { status, err } = await runHere('verify', verify, [], { env: { FIELDLOG_HOME: home } })
    assert.equal(status, 1)
    assert.equal(
      err,
      `fieldlog verify: there is no directory ${home}/journal: give the journal's directory, or set FIELDLOG_HOME\n`,
    )
  })

  it('import into that of the home folder, and never take a file that is missing for a journal', async () => {
    const day = join(place.path, '20121130.txt')
    writeFileSync(day, 'L 12:00:00.000 usb-1 OK 3 1\nL 12:00:01.000 usb-1 OK 3 2\n')
    const done = await runHere('import', importFiles, [day], { env })
    assert.equal(done.err, '')
    assert.match(done.out, /2 entries as 11 to 12/)
    const missing = await runHere('import', importFiles, [join(place.path, '20121201.txt'), day], { env })
    assert.equal(missing.status, 1)
    assert.match(missing.err, /cannot read .*20121201\.txt: nothing was imported/)
    const none = await runHere('import', importFiles, [join(place.path, 'journal')], { env })
    assert.equal(none.status, 2)
    assert.match(none.err, /no file is given/)
  })

  it('have colours where standard output shows them, and none else', async () => {
    const shown = await runHere('verify', verify, [], { env, hasColours: true })
    assert.ok(shown.out.startsWith('\u001b[32mwhole\u001b[39m: '), JSON.stringify(shown.out))
    assert.ok(!(await runHere('verify', verify, [], { env })).out.includes('\u001b'))
  })

  it('show and read local times on request', async () => {
    const zone = process.env.TZ
    process.env.TZ = 'America/St_Johns'
    try {
      const all = (await runHere('cat', cat, ['--to', '1'], { env })).out
      const [, utc = ''] = all.split(' ')
      const local = (await runHere('cat', cat, ['--to', '1', '--local'], { env })).out.split(' ')[1]!
      assert.match(local, /^2026-11-1\dT\d\d:\d\d:\d\d\.\d{3}-03:30$/)
      assert.equal(Date.parse(local), Date.parse(utc))
      // 00:00 there is 03:30 in UTC: a local day holds what a day in UTC does not
      const found = async (...args: string[]) =>
        (await runHere('cat', cat, args, { env })).out.split('\n').length - 1
      const day = local.slice(0, 10)
      assert.equal(await found('--from', day, '--to', day, '--local'), 10)
      assert.equal(await found('--from', local.slice(0, 19), '--to', local.slice(0, 19), '--local'), 1)
      assert.equal(await found('--from', utc, '--to', utc, '--local'), 1)
    } finally {
      if (zone === undefined) delete process.env.TZ
      else process.env.TZ = zone
    }
  })
})
