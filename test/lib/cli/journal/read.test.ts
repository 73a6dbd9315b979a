// verify, audit and cat, end to end.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { CheckpointFile } from '../../../../lib/delivery/progress/checkpoint.ts'
import { openText } from '../../../../lib/journal/archive/open-text.ts'
import { systemDisk } from '../../../../lib/journal/disk/disk.ts'
import { closeBatch } from '../../../../lib/journal/format/batch.ts'
import { headerLine } from '../../../../lib/journal/format/line.ts'
import { Journal } from '../../../../lib/journal/journal.ts'
import { archiveFile } from '../../../../lib/journal/keep/archiver.ts'
import { readCatalog } from '../../../../lib/journal/read/catalog.ts'
import { buildJournal, inBatches, lines, writeJournal } from '../../../support/build-journal.ts'
import { fieldlog, program, temporaryDirectory } from '../helper.ts'

const notice = (kind: string, value: unknown) => ({
  kind: 'N' as const,
  notice: kind,
  json: JSON.stringify(value),
})
const files = buildJournal([
  { date: '20261119', batches: inBatches(lines('20261119', 10), 4) },
  {
    date: '20261120',
    batches: inBatches(
      lines('20261120', 10, (n) => `b ${n}`, 'usb0'),
      4,
    ),
  },
  {
    date: '20261121',
    batches: [
      [
        {
          kind: 'E',
          received: Date.parse('2026-11-21T08:00:00.000Z'),
          source: 'pump',
          text: '{"eventId":7}',
        },
        {
          kind: 'L',
          received: Date.parse('2026-11-21T08:00:01.500Z'),
          source: 'tty',
          text: 'a\\x00b \\x5c café \\xff',
        },
      ],
      [notice('incomplete', { seq: 3, node: 'n1' }), notice('gap', { dropped: 12, from: 1, to: 2 })],
    ],
  },
])

describe('fieldlog verify', () => {
  const place = temporaryDirectory()

  it('ends with 0 and a summary where the journal is whole, archived or not', async () => {
    writeJournal(place.path, files)
    // what takes longer than a tenth of a second, as on a busy machine, ends with its speed
    const verify = async () => {
      const { stdout, ...rest } = await fieldlog(['verify', place.path])
      return { ...rest, stdout: stdout.replace(/, [\d.]+ \w?B\/s\n$/, '\n') }
    }
    const whole = await verify()
    assert.deepEqual(whole, {
      status: 0,
      stdout: `whole: 3 files, 22 entries (1 to 22), ${(files.reduce((n, { bytes }) => n + bytes.length, 0) / 1000).toFixed(1)} kB of text\n`,
      stderr: '',
    })
    const catalog = await readCatalog(systemDisk, place.path, openText(systemDisk, place.path))
    const pace = { rest: async () => {}, stopped: () => false }
    await archiveFile(systemDisk, place.path, catalog.files[0]!, files[0]!.sha256, pace)
    assert.deepEqual(await verify(), whole)
  })

  it('ends with 1 and names the first broken file and why; --all names every one', async () => {
    const broken = files.map((file, index) => {
      const bytes = Buffer.from(file.bytes)
      if (index < 2) bytes.write('X', bytes.length - 60)
      return { ...file, bytes }
    })
    writeJournal(place.path, broken)
    const first = await fieldlog(['verify', place.path])
    assert.equal(first.status, 1)
    assert.match(
      first.stdout,
      /^broken: 2026\/20261119\.txt: bytes \d+ to \d+: the checksum does not match; entries \d+ to \d+ cannot be read\nand 3 more; --all prints them\nnot whole: 3 files, 1\d entries/,
    )
    const all = await fieldlog(['verify', place.path, '--all'])
    assert.deepEqual(
      all.stdout.split('\n').map((line) => /^broken: (\S+):/.exec(line)?.[1]),
      [
        ...['2026/20261119.txt', '2026/20261119.txt', '2026/20261120.txt', '2026/20261120.txt'],
        undefined,
        undefined,
      ],
    )
    const json = JSON.parse((await fieldlog(['verify', place.path, '--json', '--all'])).stdout) as {
      whole: boolean
      broken: number
      problems: Array<{ file: string; kind: string; from?: number }>
    }
    assert.equal(json.whole, false)
    assert.equal(json.broken, 4)
    assert.deepEqual(
      json.problems.map(({ file, kind }) => [file, kind]),
      [
        ['2026/20261119.txt', 'damage'],
        ['2026/20261119.txt', 'chain'],
        ['2026/20261120.txt', 'damage'],
        ['2026/20261120.txt', 'chain'],
      ],
    )
  })

  it('says what is wrong with its arguments', async () => {
    assert.deepEqual(await fieldlog(['backup']), {
      status: 2,
      stdout: '',
      stderr: 'fieldlog backup: it needs TARGET, or FIELDLOG_BACKUP; see fieldlog backup --help\n',
    })
    assert.deepEqual(await fieldlog(['verify', place.path, 'more']), {
      status: 2,
      stdout: '',
      stderr: 'fieldlog verify: it does not know what to do with more; see fieldlog verify --help\n',
    })
    assert.match(
      (await fieldlog(['verify', place.path, '--fast'])).stderr,
      /^fieldlog verify: unknown option '--fast'; see fieldlog verify --help\n$/,
    )
    assert.deepEqual(await fieldlog(['verify', place.path]), {
      status: 1,
      stdout: '',
      stderr: `fieldlog verify: ${place.path} holds no journal (no file YYYY/YYYYMMDD.txt): give the journal's directory\n`,
    })
    assert.deepEqual(await fieldlog(['verify', join(place.path, 'none')]), {
      status: 1,
      stdout: '',
      stderr: `fieldlog verify: there is no directory ${join(place.path, 'none')}\n`,
    })
    const help = await fieldlog(['verify', '--help'])
    assert.equal(help.status, 0)
    assert.match(help.stdout, /^Usage: fieldlog verify \[DIR\] \[options\]\n[\s\S]*--all[\s\S]*--json/)
  })
})

interface AuditOutput {
  balances: Array<{ text: string; balanced: boolean }>
  [account: string]: unknown
}

describe('fieldlog audit', () => {
  const place = temporaryDirectory()

  async function audited(seq: number, counters: Record<string, number>) {
    writeJournal(place.path, files)
    const file = new CheckpointFile(systemDisk, join(place.path, '.checkpoint'))
    await file.write({ seq, counters: { complete: 0, failed: 0, incomplete: 0, damaged: 0, ...counters } })
    await file.close()
    const { status, stdout } = await fieldlog(['audit', place.path, '--json'])
    return { status, ...(JSON.parse(stdout) as AuditOutput) }
  }

  it('adds up what became of the entries', async () => {
    const { balances, ...rest } = await audited(20, { complete: 19, failed: 2, incomplete: 1 })
    assert.deepEqual(rest, {
      status: 0,
      balanced: true,
      entries: 22,
      removed: 0,
      damaged: 0,
      dropped: 12,
      opens: 0,
      salvaged: 0,
      checkpoint: 20,
      complete: 19,
      failed: 2,
      incomplete: 1,
      passed: 0,
      open: 2,
      incompleteSeqs: [[3, 3]],
      passedSeqs: [],
    })
    assert.deepEqual(balances, [
      { text: 'entries: 22 = 0 removed + 22 readable + 0 damaged', balanced: true },
      { text: 'checkpoint: 20 = 19 complete + 1 incomplete + 0 damaged', balanced: true },
      { text: 'entries: 22 = 20 up to the checkpoint + 2 under way or waiting', balanced: true },
      { text: 'incomplete: 1 counted, 1 noted in the journal', balanced: true },
      { text: 'passed as damaged: 0 counted, 0 noted in the journal', balanced: true },
      { text: 'identity: the checkpoint is of these entries', balanced: true },
    ])
  })

  const wrong: Array<[name: string, seq: number, counters: Record<string, number>, text: RegExp]> = [
    [
      'counters that do not add up to the checkpoint',
      20,
      { complete: 17, incomplete: 1 },
      /^checkpoint: 20 = 17/,
    ],
    [
      'a checkpoint ahead of the journal',
      30,
      { complete: 29, incomplete: 1 },
      /30 up to the checkpoint \+ -8/,
    ],
    [
      'more incomplete ones than are noted',
      20,
      { complete: 18, incomplete: 2 },
      /^incomplete: 2 counted, 1 noted/,
    ],
    ['fewer incomplete ones than are noted', 20, { complete: 20 }, /^incomplete: 0 counted, 1 noted/],
  ]
  for (const [name, seq, counters, text] of wrong) {
    it(`ends with 1 and names what does not balance: ${name}`, async () => {
      const { status, balances } = await audited(seq, counters)
      assert.equal(status, 1)
      const not = balances.filter(({ balanced }) => !balanced)
      assert.equal(not.length, 1)
      assert.match(not[0]!.text, text)
    })
  }

  it('counts what is damaged, and what retention removed', async () => {
    const retained = buildJournal([
      { date: '20261119', batches: inBatches(lines('20261119', 10), 4) },
      { date: '20261120', batches: inBatches(lines('20261120', 10), 4) },
      { date: '20261121', batches: [[notice('retention', { upTo: '2026/20261119.txt', lastSeq: 10 })]] },
    ])
    retained[1]!.bytes.write('X', 200)
    writeJournal(place.path, retained)
    rmSync(join(place.path, retained[0]!.path))
    const { status, stdout } = await fieldlog(['audit', place.path])
    assert.equal(status, 0)
    assert.match(stdout, /^damaged {5}4 {2}cannot be read now/m)
    assert.match(stdout, /^removed {4}10 {2}by retention$/m)
    assert.match(stdout, /^There is no checkpoint/m)
    assert.match(stdout, /^balanced: entries: 20 = 10 removed \+ 6 readable \+ 4 damaged$/m)
  })
})

describe('fieldlog cat', () => {
  const place = temporaryDirectory()
  beforeEach(() => writeJournal(place.path, files))

  const cat = async (...args: string[]) => {
    const { status, stdout, stderr } = await fieldlog(['cat', place.path, ...args])
    // 1 where anything is damaged
    assert.deepEqual([status, stderr], [args.includes('--damaged') ? 1 : 0, ''])
    return stdout.split('\n').slice(0, -1)
  }

  it('prints entries with seq, time, kind, source and text', async () => {
    const all = await cat()
    assert.equal(all.length, 22)
    assert.equal(all[0], '1 2026-11-19T00:00:01.000Z L tty line 1')
    assert.equal(all[20], '21 2026-11-21T08:00:00.000Z E pump {"eventId":7}')
    assert.equal(all[21], '22 2026-11-21T08:00:01.500Z L tty a\\x00b \\x5c café \\xff')
  })

  it('prints JSON with what a flow gets, bytes that are no text in raw alone', async () => {
    const found = (await cat('--json', '--from', '20')).map((line) => JSON.parse(line) as unknown)
    assert.deepEqual(found, [
      {
        id: 'testabcd-20',
        seq: 20,
        kind: 'L',
        received: Date.parse('2026-11-20T00:00:10.000Z'),
        time: Date.parse('2026-11-20T00:00:10.000Z'),
        source: 'usb0',
        raw: 'b 10',
        payload: 'b 10',
      },
      {
        id: 'testabcd-21',
        seq: 21,
        kind: 'E',
        received: Date.parse('2026-11-21T08:00:00.000Z'),
        time: Date.parse('2026-11-21T08:00:00.000Z'),
        source: 'pump',
        raw: '{"eventId":7}',
        payload: { eventId: 7 },
      },
      {
        id: 'testabcd-22',
        seq: 22,
        kind: 'L',
        received: Date.parse('2026-11-21T08:00:01.500Z'),
        time: Date.parse('2026-11-21T08:00:01.500Z'),
        source: 'tty',
        raw: 'a\\x00b \\x5c café \\xff',
      },
    ])
  })

  it('takes a range of seqs or of times, and sources', async () => {
    const seqs = async (...args: string[]) => (await cat(...args)).map((line) => Number(line.split(' ')[0]))
    assert.deepEqual(await seqs('--from', '9', '--to', '12'), [9, 10, 11, 12])
    assert.deepEqual(await seqs('--from', '2026-11-20T00:00:09', '--to', '2026-11-21T08:00:00'), [19, 20, 21])
    assert.deepEqual((await seqs('--to', '2026-11-19')).length, 10)
    assert.deepEqual(await seqs('--source', 'pump', '--source', 'usb0', '--from', '19'), [19, 20, 21])
    const wrong = await fieldlog(['cat', place.path, '--from', 'yesterday'])
    assert.equal(wrong.status, 2)
    assert.match(wrong.stderr, /^fieldlog cat: --from yesterday is neither a seq/)
  })

  it('names what is damaged, and prints its bytes when asked to', async () => {
    const path = join(place.path, files[1]!.path)
    const bytes = readFileSync(path)
    bytes.write('\x01', bytes.indexOf('b 6'))
    writeFileSync(path, bytes)
    const from = bytes.indexOf('\n', bytes.indexOf('\nC ') + 1) + 1
    const end = bytes.indexOf('\n', bytes.indexOf('\nC ', from) + 1) + 1
    const where = `2026/20261120.txt bytes ${from} to ${end}, entries 15 to 18: the checksum does not match`
    const plain = await fieldlog(['cat', place.path, '--from', '14', '--to', '19'])
    assert.equal(plain.stderr, `fieldlog cat: damaged: ${where}; --damaged prints it\n`)
    assert.equal(plain.status, 1)
    assert.deepEqual(
      plain.stdout.split('\n').map((line) => line.split(' ')[0]),
      ['14', '19', ''],
    )
    const shown = await cat('--from', '14', '--to', '19', '--damaged')
    assert.deepEqual(shown.slice(1, 4), [
      `# damaged: ${where}`,
      '! L 00:00:05.000 usb0 b 5',
      '! L 00:00:06.000 usb0 \\x01 6',
    ])
    assert.match(shown[6]!, /^! C 00:00:00\.000 4 18 [0-9a-f]{8}$/)
    assert.match(shown[7]!, /^19 /)
    const json = JSON.parse((await cat('--from', '14', '--to', '19', '--damaged', '--json'))[1]!) as {
      damaged: unknown
      raw: string[]
    }
    assert.deepEqual(json.damaged, {
      file: '2026/20261120.txt',
      offset: from,
      end,
      reason: 'the checksum does not match',
      from: 15,
      to: 18,
    })
    assert.equal(json.raw.length, 5)
  })

  it('names what cannot be decoded, and prints its line when asked to', async () => {
    const head = headerLine({
      time: 0,
      epoch: 'testabcd',
      firstSeq: 1,
      previous: null,
      previousSize: 0,
      sha256: null,
    })
    const lines = 'L 12:00:00.000 usb0 one\nE 12:00:00.000 pump {"rpm":}\nL 12:00:00.000 usb0 three\n'
    const directory = join(place.path, 'other')
    mkdirSync(join(directory, '2026'), { recursive: true })
    writeFileSync(join(directory, '2026/20261121.txt'), closeBatch(head + lines, 3, 3, 0))
    const plain = await fieldlog(['cat', directory])
    assert.equal(plain.status, 1)
    assert.deepEqual(
      plain.stdout.split('\n').map((line) => line.split(' ')[0]),
      ['1', '3', ''],
    )
    assert.match(
      plain.stderr,
      /^fieldlog cat: 2026\/20261121\.txt: entry 2 cannot be decoded: its JSON cannot be parsed: /,
    )
    const { stdout } = await fieldlog(['cat', directory, '--damaged'])
    assert.match(
      stdout,
      /^# not decodable: 2026\/20261121\.txt, entry 2: its JSON .*\n! E 12:00:00\.000 pump \{"rpm":\}$/m,
    )
    const json = await fieldlog(['cat', directory, '--damaged', '--json'])
    const { damaged, raw } = JSON.parse(json.stdout.split('\n')[1]!) as { damaged: object; raw: string[] }
    assert.deepEqual({ ...damaged, reason: '' }, { file: '2026/20261121.txt', reason: '', from: 2, to: 2 })
    assert.deepEqual(raw, ['E 12:00:00.000 pump {"rpm":}'])
  })

  it('gives no id where damage hides which start an entry is of', async () => {
    const [file] = buildJournal([{ date: '20261119', batches: inBatches(lines('20261119', 12), 4) }])
    const { bytes } = file!
    // more than a flipped bit: nobody knows what stood there
    bytes.write('\x01\x01\x01', bytes.indexOf('line 5'))
    const directory = join(place.path, 'other')
    writeJournal(directory, [file!])
    const { stdout } = await fieldlog(['cat', directory, '--json'])
    const found = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { id?: string; seq: number })
    assert.deepEqual(
      found.map(({ id, seq }) => [seq, id]),
      [1, 2, 3, 4]
        .map((seq) => [seq, `testabcd-${seq}`])
        .concat([9, 10, 11, 12].map((seq) => [seq, undefined] as never)),
    )
  })

  it('follows what another process writes, until it is told to stop', async () => {
    const child = spawn(process.execPath, [program, 'cat', place.path, '--follow', '--from', '22'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = once(child, 'exit')
    const found = createInterface(child.stdout)[Symbol.asyncIterator]()
    const next = async () => ((await found.next()).value as string).replace(/ \S+Z /, ' ')
    assert.equal(await next(), '22 L tty a\\x00b \\x5c café \\xff')
    const journal = new Journal({ directory: place.path, flushInterval: 0, reserve: 0 })
    await journal.start()
    for (let n = 1; n <= 3; n++) {
      journal.append({ kind: 'L', received: Date.now(), source: 'live', text: `n ${n}` })
      await journal.flush()
      assert.equal(await next(), `${22 + n} L live n ${n}`)
    }
    await journal.stop()
    child.kill('SIGINT')
    assert.deepEqual(await ended, [0, null])
  })

  it('ends quietly when nobody reads any more', async () => {
    const big = buildJournal([{ date: '20261119', batches: inBatches(lines('20261119', 50_000), 1000) }])
    writeJournal(join(place.path, 'big'), big)
    const child = spawn(process.execPath, [program, 'cat', join(place.path, 'big')], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let complaint = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint += text
    })
    const ended = once(child, 'close')
    await once(child.stdout, 'data')
    child.stdout.destroy()
    assert.deepEqual(await ended, [0, null])
    assert.equal(complaint, '')
  })
})
