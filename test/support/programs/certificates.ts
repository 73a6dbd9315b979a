// A certificate authority for a test, made by openssl in a temporary folder.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export class Certificates {
  readonly #folder = mkdtempSync(join(tmpdir(), 'fieldlog-tls-'))

  /** Where a file is. */
  path(name: string): string {
    return join(this.#folder, name)
  }

  pem(name: string): Buffer {
    return readFileSync(this.path(name))
  }

  /** A self-signed CA, `<name>.key` and `<name>.crt`. */
  authority(name: string): void {
    const subject = ['-subj', `/CN=Fieldlog test ${name}`]
    openssl('req', '-x509', ...this.#newKey(name), '-out', this.path(`${name}.crt`), '-days', '2', ...subject)
  }

  /** A certificate for 127.0.0.1, signed by the CA. */
  certificate(name: string, ca: string): void {
    openssl('req', ...this.#newKey(name), '-out', this.path(`${name}.csr`), '-subj', '/CN=127.0.0.1')
    writeFileSync(this.path('extensions'), 'subjectAltName=IP:127.0.0.1\n')
    const signer = ['-CA', this.path(`${ca}.crt`), '-CAkey', this.path(`${ca}.key`), '-CAcreateserial']
    const files = [
      ...['-in', this.path(`${name}.csr`), '-out', this.path(`${name}.crt`)],
      ...['-extfile', this.path('extensions')],
    ]
    openssl('x509', '-req', ...signer, ...files, '-days', '2')
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true })
  }

  #newKey(name: string): string[] {
    const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
    return [...curve, '-keyout', this.path(`${name}.key`)]
  }
}

function openssl(...parameters: string[]): void {
  execFileSync('openssl', parameters, { stdio: 'pipe' })
}
