export const found: unknown[] = [
  Date.now(), // expect no-restricted-globals
  globalThis, // expect no-restricted-globals
  setTimeout, // expect no-restricted-globals
  setInterval, // expect no-restricted-globals
  setImmediate, // expect no-restricted-globals
  queueMicrotask, // expect no-restricted-globals
  performance, // expect no-restricted-globals
  process, // expect no-restricted-globals
  fetch, // expect no-restricted-globals
  Buffer, // expect no-restricted-globals
  console, // expect no-restricted-globals
  crypto, // expect no-restricted-globals
  Math.random() // expect no-restricted-properties
]
