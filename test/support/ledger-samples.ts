/** One plausible value of every kind of record, and a network of one coordinator to play them on. */
import {
  type Acceptance,
  type AccountRecord,
  accountIdOf,
  type Bid,
  type Body,
  type Configuration,
  type Contract,
  type Genesis,
  type HostRecord,
  hashOffer,
  hostUuidOf,
  type MachineRecord,
  type MigrationRecord,
  machineUuidOf,
  networkOf,
  type Offer,
  type Order,
  type ServedReceipt,
  type SignedAcceptance,
  type SignedOffer,
  type SignedOrder,
  type SignedReceipt,
  type SignedTransaction,
  type Signer,
  type SignerRef,
  signAcceptance,
  signCandidateProof,
  signFeesProof,
  signHostProof,
  signOffer,
  signOrder,
  signReceipt,
  signTransaction,
  signVote
} from '../../ledger/index.ts'
import { testCrypto, testSigner } from './ed25519.ts'

export const coordinator: Signer = testSigner('coordinator')
export const buyerKey: Signer = testSigner('buyer')
export const providerKey: Signer = testSigner('provider')
export const hostKey: Signer = testSigner('host')

export const genesis: Genesis = {
  name: 'sample',
  dev: true,
  timeMs: 1_100_000_000_000,
  issuer: testSigner('issuer').publicKey,
  coordinators: [{ name: 'one', key: coordinator.publicKey }],
  parameters: {
    signupGrant: 1_000_000_000_000_000n,
    migrationDeadlineMs: 300_000,
    migrationHardLimitMs: 3_600_000,
    expiryHeightsMax: 1_000,
    alivePeriodMs: 60_000,
    leaseMs: 90_000,
    graceMs: 1_209_600_000,
    retentionMs: 604_800_000,
    openFee: 0n,
    registerFee: 0n,
    transactionFee: 0n,
    election: null
  }
}

export const network: string = networkOf(genesis, testCrypto)
export const buyerId: string = accountIdOf(buyerKey.publicKey, testCrypto)
export const providerId: string = accountIdOf(providerKey.publicKey, testCrypto)
export const hostUuid: string = hostUuidOf(providerId, 2, testCrypto)
export const machineUuid: string = machineUuidOf(buyerId, 2, testCrypto)
export const someHash: string = 'ab'.repeat(32)

export const configuration: Configuration = {
  name: 'debian-mini',
  processor: 'x86-64',
  os: 'Linux',
  speed: 500,
  memoryMb: 128,
  storageMb: 512,
  image: someHash
}

export const bid: Bid = { storagePer30Days: 2_000_000_000_000n, runningPerHour: 100_000_000_000n }

export const offer: Offer = {
  host: hostUuid,
  owner: providerId,
  name: 'host-1',
  processor: 'x86-64',
  totals: { speed: 4_000, memoryMb: 8_192, storageMb: 100_000 },
  free: { speed: 3_500, memoryMb: 8_064, storageMb: 99_488 },
  prices: {
    speedUnit: 100,
    speedPrice: 1_000n,
    memoryUnitMb: 64,
    memoryPrice: 500n,
    storageUnitMb: 1_024,
    storagePrice: 20_000_000n,
    runningPeriodS: 3_600,
    storagePeriodDays: 30
  },
  connectSpeed: '1GB',
  methods: ['SCP'],
  images: [someHash],
  addresses: ['/ip4/127.0.0.1/tcp/4001'],
  sequence: 7,
  issuedAtMs: genesis.timeMs,
  expiresAtMs: genesis.timeMs + 600_000
}
export const signedOffer: SignedOffer = signOffer(network, offer, hostKey)

export const order: Order = {
  verb: 'store',
  machine: machineUuid,
  host: hostUuid,
  state: 'registered',
  version: 0,
  sequence: 1,
  offer: signedOffer,
  spendLimit: null,
  expiryHeight: 90
}
export const signedOrder: SignedOrder = signOrder(network, order, buyerId, buyerKey)

export const acceptance: Acceptance = {
  machine: machineUuid,
  version: 2,
  destination: hostUuid,
  offer: hashOffer(signedOffer, testCrypto),
  expiryHeight: 90
}
export const signedAcceptance: SignedAcceptance = signAcceptance(network, acceptance, hostKey)

export const receipt: ServedReceipt = { migration: someHash, root: 'cd'.repeat(32) }
export const signedReceipt: SignedReceipt = signReceipt(network, receipt, hostKey)

const contract: Contract = {
  host: hostUuid,
  offer: acceptance.offer,
  storagePrice: 300_000_000n,
  storagePeriodDays: 30,
  runningPrice: 21_600_000n,
  runningPeriodS: 3_600
}

export const account: AccountRecord = {
  id: buyerId,
  name: 'alice',
  kind: 'buyer',
  key: buyerKey.publicKey,
  balance: 1_000_000_000_000_000n,
  nonce: 1
}

export const host: HostRecord = {
  uuid: hostUuid,
  owner: providerId,
  key: hostKey.publicKey,
  name: 'host-1',
  processor: 'x86-64',
  totals: offer.totals,
  reserved: { speed: 500, memoryMb: 128, storageMb: 512 },
  nonce: 3,
  liveness: { aliveHeight: 11, heardMs: 1_100_000_120_000, silentMs: 45_000 }
}

export const machine: MachineRecord = {
  uuid: machineUuid,
  owner: buyerId,
  configuration,
  bid,
  state: 'started',
  version: 1,
  holder: hostUuid,
  contract,
  root: someHash,
  sealed: { version: 1, state: 'stored' },
  retained: { host: hostUuidOf(providerId, 3, testCrypto), untilMs: 1_100_604_800_000 },
  noticeAtMs: 1_100_000_050_000,
  orderSequence: 2,
  billing: {
    storageDueMs: 1_102_592_000_000,
    storageUnpaidSinceMs: null,
    runningDueMs: 1_100_003_600_000,
    runningCreditMs: 0,
    spendLimit: 1_000_000_000_000n,
    spent: 21_600_000n,
    halt: { reason: 'limit', atMs: 1_100_003_600_000 }
  }
}

export const migration: MigrationRecord = {
  id: someHash,
  machine: machineUuid,
  owner: buyerId,
  version: 2,
  previousState: 'suspended',
  origin: hostUuid,
  destination: hostUuidOf(providerId, 3, testCrypto),
  contract,
  escrow: 300_000_000n,
  root: receipt.root,
  openedAtMs: 1_100_000_100_000,
  deadlineMs: 1_100_000_400_000,
  hardLimitMs: 1_100_003_700_000,
  heartbeatHeight: 0
}

export const buyer: SignerRef = { kind: 'account', id: buyerId }
export const provider: SignerRef = { kind: 'account', id: providerId }

type BodyOf<T extends Body['type']> = Extract<Body, { type: T }>

/** The account of whoever holds the host's key: nobody opens it. */
export const stranger: SignerRef = {
  kind: 'account',
  id: accountIdOf(hostKey.publicKey, testCrypto)
}

export const openBuyer: BodyOf<'open-account'> = {
  type: 'open-account',
  name: 'alice',
  kind: 'buyer',
  key: buyerKey.publicKey
}
export const openProvider: BodyOf<'open-account'> = {
  type: 'open-account',
  name: 'bob',
  kind: 'provider',
  key: providerKey.publicKey
}
export const registerHost: BodyOf<'register-host'> = {
  type: 'register-host',
  name: 'host-1',
  processor: 'x86-64',
  totals: offer.totals,
  key: hostKey.publicKey,
  proof: signHostProof(network, providerId, 2, hostKey)
}
export const registerMachine: BodyOf<'register-machine'> = {
  type: 'register-machine',
  configuration,
  bid
}

const machineMeant = { machine: machineUuid, version: 2 }
const machineMoving = { machine: machineUuid, migration: someHash }

/** One body of every type. */
export const bodies: readonly Body[] = [
  openBuyer,
  registerHost,
  registerMachine,
  { type: 'edit-machine', machine: machineUuid, configuration, bid },
  { type: 'discard-machine', machine: machineUuid },
  { type: 'cancel-orders', machine: machineUuid, sequence: 4 },
  { type: 'confirm', order: signedOrder, root: someHash },
  { type: 'fell', machine: machineUuid, version: 1, root: someHash },
  { type: 'suspend-unpaid', machine: machineUuid, version: 1, root: someHash },
  {
    type: 'open-migration',
    machine: machineUuid,
    version: 2,
    sequence: 3,
    offer: signedOffer,
    acceptance: signedAcceptance
  },
  { type: 'seal', ...machineMeant, root: someHash },
  { type: 'give-notice', ...machineMeant },
  { type: 'evict', ...machineMeant },
  { type: 'release', ...machineMeant },
  { type: 'release-contract', ...machineMeant },
  {
    type: 'declare-lost',
    ...machineMeant,
    heir: { offer: signedOffer, acceptance: signedAcceptance }
  },
  { type: 'raise-limit', ...machineMeant, spendLimit: 2_000_000_000_000n },
  {
    type: 'collect-fees',
    coordinator: coordinator.publicKey,
    proof: signFeesProof(network, providerId, 4, coordinator)
  },
  { type: 'issue', to: buyerId, amount: 5_000_000_000_000n },
  {
    type: 'stand',
    key: coordinator.publicKey,
    addresses: ['/ip4/10.0.0.1/tcp/7144'],
    proof: signCandidateProof(network, providerId, 4, coordinator)
  },
  { type: 'withdraw-candidacy' },
  { type: 'vote', candidates: [providerId, buyerId] },
  {
    type: 'evidence',
    evidence: {
      first: signVote(network, { kind: 'nullify', epoch: 1, view: 2, block: null }, coordinator),
      second: signVote(
        network,
        { kind: 'finalize', epoch: 1, view: 2, block: someHash },
        coordinator
      )
    }
  },
  { type: 'alive', height: 12 },
  { type: 'heartbeat', ...machineMoving, height: 12 },
  { type: 'commit-migration', ...machineMoving, receipt: signedReceipt },
  { type: 'abort-migration', ...machineMoving }
]

/** Signed by `key`; expires at height 100 unless told. */
export function signed(
  signer: SignerRef,
  nonce: number,
  body: Body,
  key: Signer,
  expiryHeight = 100
): SignedTransaction {
  return signTransaction(network, { signer, nonce, expiryHeight, feeMax: 0n, body }, key)
}
