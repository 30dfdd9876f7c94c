import { Duplex } from 'node:stream'

/** First words of an RFB server (RFC 6143, 7.1.1); what a viewer answers is swallowed. */
export function openFakeDisplay(): Duplex {
  const display = new Duplex({
    read() {},
    write(_chunk, _encoding, done) {
      done()
    }
  })
  display.push(new TextEncoder().encode('RFB 003.008\n'))
  return display
}
