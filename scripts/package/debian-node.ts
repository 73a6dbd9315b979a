// Node.js for 32-bit ARM. npm's packages of it end before the version that has node:sqlite, and Debian's newest needs
// newer libraries than the system has. So it comes with all of its own, the C library and the loader among them.

/** A package of Debian, pinned by its SHA-256. */
export interface DebianPin {
  /** below a mirror's top folder */
  path: string
  sha256: string
  /** what of it is taken: the path in the package, and where it lies in the folder of the version */
  files: Record<string, string>
}

/** Where those came from together, for the day when the mirrors have newer ones only. */
export const snapshot = '20261128T000000Z'

/** A name that a program asks for is a link in the package, to a file with a longer one. */
function libraries(...names: string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [`usr/lib/arm-linux-gnueabihf/${name}`, `lib/${name}`]))
}

/**
 * Of Debian 14 (forky): node, what `readelf -d` says that it needs, what the native modules of npm need besides, and the
 * scripts that Debian's Node.js reads from files of other packages when it starts.
 */
export const debianNode: readonly DebianPin[] = [
  {
    path: 'pool/main/n/nodejs/nodejs_24.21.0+dfsg+~cs24.13.4-1_armhf.deb',
    sha256: '9993fe2cdb68bb2e21a81b8d7164cfcbacf28a49435add97322adc213f95a4e6',
    files: { 'usr/bin/node': 'bin/node' },
  },
  {
    path: 'pool/main/n/nodejs/libnode137_24.21.0+dfsg+~cs24.13.4-1_armhf.deb',
    sha256: 'c0021f23ea8174fe34680ebfef6f5a7e5583cb4e289fdfc2d19b1d1e5d16c5be',
    files: libraries('libnode.so.137'),
  },
  {
    path: 'pool/main/a/ada-url/libada-url0-3_3.4.4-1+b1_armhf.deb',
    sha256: '52d9435a131e4cdcf54edb564a54f7eca53f8a3921d928b6a3dcd493ca26d08e',
    files: libraries('libada-url0.so.3'),
  },
  {
    path: 'pool/main/b/brotli/libbrotli1_1.2.0-4+b2_armhf.deb',
    sha256: 'e8a8791b309560bf21ee0ad718ed7f0d863f2896f57e49c2976f2a85da14d322',
    files: libraries('libbrotlicommon.so.1', 'libbrotlidec.so.1', 'libbrotlienc.so.1'),
  },
  {
    path: 'pool/main/g/glibc/libc6_2.43-7_armhf.deb',
    sha256: '5d6117995d198490f9ec2ed1c628d8adeebda0cec332de0f984983316521a0e3',
    files: libraries(
      'ld-linux-armhf.so.3',
      'libc.so.6',
      'libdl.so.2',
      'libm.so.6',
      'libpthread.so.0',
      'libresolv.so.2',
      'librt.so.1',
    ),
  },
  {
    path: 'pool/main/c/c-ares/libcares2_1.34.8-1_armhf.deb',
    sha256: '83031f06f99ae64b53ab0de7955654ccf22202024ef55607fefebf3112a87eb7',
    files: libraries('libcares.so.2'),
  },
  {
    // nothing but the terms of the two libraries that come from GCC
    path: 'pool/main/g/gcc-16/gcc-16-base_16.2.0-3_armhf.deb',
    sha256: 'cc6b00e400f009614ba90633fbe93885909c4d5f7749555eae0bfdf231aea18e',
    files: {},
  },
  {
    path: 'pool/main/g/gcc-16/libgcc-s1_16.2.0-3_armhf.deb',
    sha256: 'f00bfc2b20561375afc0bb402577fc3b988dfbc8cdaf288d29720afdf74f85c2',
    files: libraries('libgcc_s.so.1'),
  },
  {
    path: 'pool/main/libh/libhdr-histogram/libhdr-histogram6_0.11.8-4+b2_armhf.deb',
    sha256: '00818e76b4a72384e16f2b9ffb60f78f2e5f36780e57684dcf29c9e674243f6d',
    files: libraries('libhdr_histogram.so.6'),
  },
  {
    path: 'pool/main/i/icu/libicu78_78.3-2_armhf.deb',
    sha256: '0d75cd432753614330964df56c960f5d2eabf5ab94f9092bb72872b308e90ee9',
    files: libraries('libicudata.so.78', 'libicui18n.so.78', 'libicuuc.so.78'),
  },
  {
    path: 'pool/main/l/llhttp/libllhttp9.4_9.4.3+~cs12.11.9-2_armhf.deb',
    sha256: '3f51714423a34c71e0248dcf793cb36a57bc2fc342e12e1ee9f270977df07305',
    files: libraries('libllhttp.so.9.4'),
  },
  {
    path: 'pool/main/n/nghttp2/libnghttp2-14_1.70.0-1_armhf.deb',
    sha256: '35d954b1bc67921d993a9c872acbb286e389a6f0144930c916b522372e7d1d2f',
    files: libraries('libnghttp2.so.14'),
  },
  {
    path: 'pool/main/s/simdjson/libsimdjson33_4.6.11-1_armhf.deb',
    sha256: 'dcc39238936850b96b8b67aa398961149e6192fe523b9d3503263748de47a3c0',
    files: libraries('libsimdjson.so.33'),
  },
  {
    path: 'pool/main/s/simdutf/libsimdutf35_9.3.0+really9.1.2-1_armhf.deb',
    sha256: '8bce833598b6ed65a7cba99ec34a17bf699ecbafc2ba382cfdcbe802d41b19e2',
    files: libraries('libsimdutf.so.35'),
  },
  {
    path: 'pool/main/s/sqlite3/libsqlite3-0_3.53.4-2_armhf.deb',
    sha256: '9eaea5110661ea416d4222f87903354f79d2d10ca37f54b8dace21e48c4903b0',
    files: libraries('libsqlite3.so.0'),
  },
  {
    path: 'pool/main/o/openssl/libssl3t64_3.6.5-1_armhf.deb',
    sha256: 'd8aa38fb68024fe2d65d1303de6df21524f75100f7bdf4b82f1bef3a647c6c7b',
    files: libraries('libcrypto.so.3', 'libssl.so.3'),
  },
  {
    path: 'pool/main/g/gcc-16/libstdc++6_16.2.0-3_armhf.deb',
    sha256: '42835d8c6ae00f90a4312244aca70e1b4e456557f4870c43b857a944dce1adda',
    files: libraries('libstdc++.so.6'),
  },
  {
    path: 'pool/main/libu/libuv1/libuv1t64_1.53.0-1_armhf.deb',
    sha256: 'ebdb5fe79f006bc01ea8b544a6ea0e18c4a3c5f5d77020edb4e86d290efb5648',
    files: libraries('libuv.so.1'),
  },
  {
    path: 'pool/main/libz/libzstd/libzstd1_1.5.7+dfsg-4_armhf.deb',
    sha256: '3b854c205a750a873f05213365d1547b03e55b0e564250798934671953bfeed5',
    files: libraries('libzstd.so.1'),
  },
  {
    path: 'pool/main/z/zlib/zlib1g_1.3.dfsg+really1.3.2-3_armhf.deb',
    sha256: '70adf7e7e846b2c039f7ea932781b646a812666e04efc87e7061356143019836',
    files: libraries('libz.so.1'),
  },
  {
    path: 'pool/main/a/acorn/node-acorn_8.17.0+ds+~cs28.27.25-1_all.deb',
    sha256: '4c02efc399bbf36a0b51024e7d1024a5260f5edc8f8553a3ed339bcc43d3b2b3',
    files: {
      'usr/share/nodejs/acorn/dist/acorn.js': 'lib/acorn',
      'usr/share/nodejs/acorn-walk/dist/walk.js': 'lib/acorn-walk',
    },
  },
  {
    path: 'pool/main/n/node-undici/node-undici_8.10.2+dfsg+~cs3.2.2-1_all.deb',
    sha256: '2a90caeb153f6977da6b249d79ffd147a3142b09c06f26e55a25d0055d3a4fc3',
    files: { 'usr/share/nodejs/undici/undici-fetch.js': 'lib/undici' },
  },
]
