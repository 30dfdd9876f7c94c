/**
 * The first import of every program of ours. libp2p 3 calls `Promise.withResolvers`, which Node 20 does not
 * have; without it the node dies at its first dial. Our own code does not use it.
 */
if (!('withResolvers' in Promise)) {
  Object.defineProperty(Promise, 'withResolvers', {
    configurable: true,
    writable: true,
    value: function withResolvers(this: PromiseConstructor) {
      let resolve: ((value: unknown) => void) | undefined
      let reject: ((reason: unknown) => void) | undefined
      // The constructor runs its executor before it returns, so both are set below.
      const promise = new this((res, rej) => {
        resolve = res
        reject = rej
      })
      return { promise, resolve, reject }
    }
  })
}

export {}
