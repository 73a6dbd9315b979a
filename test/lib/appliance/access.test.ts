import assert from 'node:assert/strict'
import type { IncomingMessage } from 'node:http'
import { guardFor } from '../../../lib/appliance/access.ts'
import { BasicAuth } from '../../../lib/appliance/login.ts'

const auth = new BasicAuth(
  { user: 'admin', hash: 'pw' },
  { hashSync: (password) => password, compare: async (password, hash) => password === hash },
)
const authorization = `Basic ${Buffer.from('admin:pw').toString('base64')}`

async function status(
  auth: BasicAuth | undefined,
  url: string,
  headers: Record<string, string>,
  upgrade = false,
): Promise<number | undefined> {
  const request = {
    method: 'GET',
    url,
    headers: { host: 'pi.local', ...headers },
  } as unknown as IncomingMessage
  return (await guardFor(auth)(request, upgrade))?.status
}

describe('appliance access', () => {
  it('without a login: loopback names only', async () => {
    assert.equal(await status(undefined, '/', {}), 403)
    assert.equal(await status(undefined, '/', { host: 'localhost' }), undefined)
    assert.equal(await status(undefined, '/comms', { host: 'localhost' }, true), undefined)
  })

  it('with a login: the editor and its socket log in by themselves', async () => {
    assert.equal(await status(auth, '/', {}), undefined)
    assert.equal(await status(auth, '/flows?x=1', {}), undefined)
    assert.equal(await status(auth, '/comms', {}, true), undefined)
  })

  it("with a login: flows' sockets, and their polls, need it", async () => {
    const polls = [
      '/d/socket.io/?EIO=4&transport=polling',
      '/socket.io/?%74ransport=polling',
      '//[?transport=polling',
    ]
    for (const url of polls) {
      assert.equal(await status(auth, url, {}), 401, url)
      assert.equal(await status(auth, url, { authorization }), undefined, url)
    }
    for (const url of ['/ws/mine', '/comms/more', '//comms', '/x?/comms']) {
      assert.equal(await status(auth, url, {}, true), 401, url)
      assert.equal(await status(auth, url, { authorization }, true), undefined, url)
      assert.equal(await status(auth, url, { authorization, origin: 'http://evil.example' }, true), 403, url)
    }
  })
})
