/** Something a person can mend: the message says how. Exit codes: 1 failed, 2 usage or something to install. */
export class Problem extends Error {
  constructor(exitCode, message) {
    super(message)
    this.name = 'Problem'
    this.exitCode = exitCode
  }
}
