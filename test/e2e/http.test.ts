// The appliance with its second tab: energy sensors over HTTP, off by default, for this machine only or behind the login.
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fieldlog } from '../lib/cli/helper.ts'
import { Gateway } from '../support/gateway.ts'
import { energyLineOf } from '../support/http/energy-requests.ts'
import { sendRequest } from '../support/http/send.ts'

for (const nodeRed of ['node-red', 'node-red-4']) {
  describe(`energy sensors over HTTP (${nodeRed})`, function () {
    this.timeout(150_000)
    let gateway: Gateway
    const send = (headers: Record<string, string> = {}) =>
      sendRequest(`${gateway.url}log/store`, {
        headers: { 'content-type': 'text/plain', ...headers },
        body: energyLineOf(1),
      })

    afterEach(() => gateway.remove())

    it('are taken where FIELDLOG_HTTP is on, and are in the journal', async () => {
      gateway = await Gateway.start({ nodeRed, env: { FIELDLOG_HTTP: 'on' } })
      const file = join(gateway.home, 'lines.txt')
      writeFileSync(file, Array.from({ length: 500 }, (_, i) => `${energyLineOf(i)}\n`).join(''))
      const store = `${gateway.url}log/store`
      const sent = await fieldlog(['send-lines', store, file, '--batch', '50', '--parallel', '4', '--json'])
      assert.equal(sent.status, 0, sent.stderr)
      assert.deepEqual(JSON.parse(sent.stdout).statuses, { 200: 10 })
      const cat = await fieldlog(['cat', join(gateway.home, 'energy-journal'), '--source', 'http'])
      assert.equal(cat.stdout.trim().split('\n').length, 500)
      const clusters = await sendRequest(`${gateway.url}clusters/summary`, { method: 'GET' })
      assert.deepEqual([clusters.status, clusters.text], [200, '{"clusters":[]}'])
      const foreign = await send({ host: 'gateway.example' })
      assert.equal(foreign.status, 403)
      const page = await send({ origin: 'https://page.example' })
      assert.equal(page.status, 403)
    })

    it('are taken behind the login where there is one', async () => {
      const env = { FIELDLOG_HTTP: 'on', FIELDLOG_PASSWORD: 'a-password' }
      gateway = await Gateway.start({ nodeRed, env })
      assert.equal((await send()).status, 401)
      const authorization = `Basic ${Buffer.from('admin:a-password').toString('base64')}`
      const { status, text } = await send({ authorization })
      assert.deepEqual([status, text], [200, '{}'])
    })

    it('are not taken by default, and a flow that is there stays as it is', async () => {
      gateway = await Gateway.start({ nodeRed })
      assert.equal((await send()).status, 404)
      await gateway.stop()
      const again = await Gateway.start({ nodeRed, home: gateway.home, env: { FIELDLOG_HTTP: 'on' } })
      await again.line(/^fieldlog: FIELDLOG_HTTP: your flow stays as it is; for HTTP import energy-sensors/)
      await again.remove()
    })
  })
}
