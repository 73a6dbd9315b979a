import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { StaticFiles } from '../../../lib/pages/static-files.ts'

const script = 'const a = 1\n'.repeat(500)

describe('the static files', () => {
  let folder: string
  let files: StaticFiles
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'fieldlog-pages-'))
    mkdirSync(join(folder, 'pages/more'), { recursive: true })
    writeFileSync(join(folder, 'secret.txt'), 'secret')
    writeFileSync(join(folder, 'pages/index.html'), '<!doctype html>')
    writeFileSync(join(folder, 'pages/app.js'), script)
    writeFileSync(join(folder, 'pages/app.js.gz'), 'not ours')
    writeFileSync(join(folder, 'pages/more/icon.svg'), '<svg/>')
    files = new StaticFiles(join(folder, 'pages'))
  })
  after(() => rmSync(folder, { recursive: true }))
  const get = (path: string, headers = {}) => files.answer(path, headers)

  it('are found by their names, and the index where none is given', () => {
    assert.equal(get('/')?.body?.toString(), '<!doctype html>')
    assert.equal(get('/index.html')?.body?.toString(), '<!doctype html>')
    assert.equal(get('/app.js')?.body?.toString(), script)
    assert.equal(get('/more/icon.svg')?.headers['content-type'], 'image/svg+xml; charset=utf-8')
  })

  it('are no other files, whatever path is asked for', () => {
    const others = [
      '/../secret.txt',
      '/more/../../secret.txt',
      '/%2e%2e/secret.txt',
      '/..\\secret.txt',
      '//app.js',
    ]
    for (const path of [
      ...others,
      '',
      '/more',
      '/more/',
      '/app.js.gz',
      '/app.js/',
      '/app.js\0',
      '/__proto__',
      '/toString',
    ])
      assert.equal(get(path), undefined, path)
    assert.equal(new StaticFiles(join(folder, 'nowhere')).answer('/', {}), undefined)
  })

  it('come gzipped where that is taken and worth it', () => {
    const zipped = get('/app.js', { 'accept-encoding': 'br, gzip;q=0.8' })
    assert.equal(zipped?.headers['content-encoding'], 'gzip')
    assert.equal(gunzipSync(zipped!.body!).toString(), script)
    assert.equal(zipped?.headers['content-length'], zipped?.body?.length)
    for (const accepted of ['br', 'gzip;q=0', 'gzip;q=0.0', 'xgzip', undefined])
      assert.equal(
        get('/app.js', { 'accept-encoding': accepted })?.headers['content-encoding'],
        undefined,
        accepted,
      )
    assert.equal(get('/', { 'accept-encoding': 'gzip' })?.headers['content-encoding'], undefined)
  })

  it('are sent once: what the browser has is not sent again', () => {
    const { etag } = get('/app.js')!.headers
    assert.match(String(etag), /^"[\w-]{22}"$/)
    for (const known of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
      const answer = get('/app.js', { 'if-none-match': known })
      assert.deepEqual(
        [answer?.status, answer?.body, answer?.headers['content-length']],
        [304, undefined, undefined],
      )
    }
    assert.equal(get('/app.js', { 'if-none-match': '"x"' })?.status, 200)
    // plain and gzipped are two representations
    assert.notEqual(get('/app.js', { 'accept-encoding': 'gzip' })?.headers.etag, etag)
  })

  it('let the page load nothing from elsewhere', () => {
    const { headers } = get('/')!
    const policy = String(headers['content-security-policy'])
    assert.match(policy, /^default-src 'none'; script-src 'self';/)
    assert.doesNotMatch(policy, /unsafe|https?:|\*/)
    assert.deepEqual([headers['x-content-type-options'], headers['cache-control']], ['nosniff', 'no-cache'])
  })
})
