// Guessing at the login costs the gateway nothing that matters: neither its clock nor its lines.
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { basic, request, statusOf } from '../support/attack/raw-http.ts'
import { startWatched, type Watched } from '../support/attack/watched-gateway.ts'

const attempts = 400
/** ms */
const mostBlocked = 50
type Guess = (i: number) => string

const floods: Record<string, Guess> = {
  'what flows serve (Basic)': (i) => request(`/served/${i}`, basic(`wrong ${i}`)),
  'an admin path (Basic)': (i) => request('/flows', basic(`wrong ${i}`)),
  "the editor's login": (i) => {
    const body = `client_id=node-red-editor&grant_type=password&scope=&username=admin&password=wrong+${i}`
    const type = 'application/x-www-form-urlencoded'
    const headers = { 'content-type': type, 'content-length': String(body.length) }
    return request('/auth/token', headers, 'POST') + body
  },
}

/** The forwarded address makes each attempt that of another visitor, so that as many as may are checked. */
function fromElsewhere(text: string, i: number): string {
  return text.replace('\r\n', `\r\nx-forwarded-for: 10.0.${i >> 8}.${i & 255}\r\n`)
}

describe('400 wrong logins at once', function () {
  this.timeout(240_000)
  let watched: Watched
  afterEach(async () => {
    await (watched as Watched | undefined)?.remove()
  })

  /** Floods it with each kind of guess, from one address and from 400. */
  async function assertUnharmed(): Promise<void> {
    for (const [name, guess] of Object.entries(floods)) {
      for (const spread of [false, true]) {
        await watched.fared()
        const statuses = await Promise.all(
          Array.from({ length: attempts }, (_, i) => {
            const text = guess(i)
            return statusOf(watched.gateway.url, spread ? fromElsewhere(text, i) : text)
          }),
        )
        const { blocked, byClock } = await watched.fared()
        const what = `${name}${spread ? ', from 400 addresses' : ''}`
        process.stdout.write(`      ${what}: blocked for ${blocked} ms (${byClock} ms by the clock)\n`)
        assert.ok(
          statuses.every((status) => [401, 403, 429].includes(status)),
          String(new Set(statuses)),
        )
        assert.ok(statuses.filter((status) => status === 429).length > attempts / 2, name)
        assert.ok(blocked < mostBlocked, `${what}: blocked for ${blocked} ms`)
      }
    }
    const delays = await watched.delays()
    const late = delays.filter((delay) => delay > mostBlocked || delay < -1).length
    process.stdout.write(
      `      ${delays.length} lines, at most ${Math.max(...delays)} ms late, ${late} over 50 ms\n`,
    )
    // how late they are by the clock says more of the machine's other processes: `blocked` is what counts
    assert.ok(delays.length > 0, 'no line was logged')
    const said = watched.gateway.lines.filter((line) => /wrong login/.test(line))
    assert.equal(said.length, 1, said.join('\n'))
  }

  it('with a password of the environment', async () => {
    watched = await startWatched({ FIELDLOG_PASSWORD: 'open sesame' })
    await assertUnharmed()
    assert.equal(await statusOf(watched.gateway.url, request('/x', basic('open sesame'))), 404)
  })

  it('with a bcrypt hash of an earlier version', async () => {
    const home = mkdtempSync(join(tmpdir(), 'fieldlog-bcrypt-'))
    const bcrypt = createRequire(createRequire(import.meta.url).resolve('node-red'))('bcryptjs') as {
      hashSync(password: string, rounds: number): string
    }
    writeFileSync(join(home, 'admin-password-hash'), bcrypt.hashSync('open sesame', 10))
    watched = await startWatched({ FIELDLOG_HOST: '0.0.0.0', FIELDLOG_HOME: home })
    await assertUnharmed()
    const right = request('/x', { ...basic('open sesame'), 'x-forwarded-for': '10.9.9.9' })
    assert.equal(await statusOf(watched.gateway.url, right), 404)
    assert.equal(await statusOf(watched.gateway.url, request('/x', basic('open sesame'))), 404)
    rmSync(home, { recursive: true })
  })
})
