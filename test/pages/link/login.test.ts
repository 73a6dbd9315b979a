import assert from 'node:assert/strict'
import { Login, tokenKey } from '../../../pages/link/login.ts'

class Memory implements Storage {
  readonly #items = new Map<string, string>()
  readonly length = 0
  clear = () => this.#items.clear()
  getItem = (key: string) => this.#items.get(key) ?? null
  key = () => null
  removeItem = (key: string) => void this.#items.delete(key)
  setItem = (key: string, value: string) => void this.#items.set(key, value)
}

describe('the login of the pages', () => {
  it('is kept under the key of the editor', () => {
    assert.equal(tokenKey('/fieldlog/'), 'auth-tokens')
    assert.equal(tokenKey('/fieldlog/index.html'), 'auth-tokens')
    assert.equal(tokenKey('/admin/red/fieldlog/'), 'auth-tokens-admin-red')
  })

  it('is the one that the editor has stored', () => {
    const storage = new Memory()
    storage.setItem('auth-tokens-admin', '{"access_token":"abc","expires_in":604800,"token_type":"Bearer"}')
    const login = new Login('/admin/fieldlog/', storage)
    assert.equal(login.token, 'abc')
    login.keep({ access_token: 'def' })
    assert.equal(storage.getItem('auth-tokens-admin'), '{"access_token":"def"}')
  })

  it('is none where there is nothing, or nothing that can be read', () => {
    const storage = new Memory()
    const login = new Login('/fieldlog/', storage)
    assert.equal(login.token, undefined)
    for (const text of ['null', '{', '{}']) {
      storage.setItem('auth-tokens', text)
      assert.equal(login.token, undefined)
    }
  })

  it('lasts as long as the page where the browser stores nothing', () => {
    const login = new Login('/fieldlog/', undefined)
    login.keep({ access_token: 'abc' })
    assert.equal(login.token, 'abc')
  })
})
