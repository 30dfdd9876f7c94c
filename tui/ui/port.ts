/**
 * What the screen needs of the node, and nothing more: the real client has this shape, and so has the
 * fake one that the tests and the pictures run on.
 */
import type { Duplex } from 'node:stream'
import type { EventView, Input, Method, OperationView, Output } from '../../node/index.ts'

export type {
  AccountView,
  ActionView,
  ApiErrorBody,
  BidView,
  CandidateView,
  CatalogueEntry,
  ConfigurationView,
  ContractView,
  ElectionView,
  EventView,
  HostName,
  Input,
  MachineAction,
  MachineView,
  MatchView,
  Method,
  NodeStatus,
  OperationView,
  Output,
  SearchView
} from '../../node/index.ts'

export interface NodePort {
  /** Rejects with an error that carries `code`, `class`, `message` and `hint` (see `ApiErrorBody`). */
  call<M extends Method>(method: M, input: Input<M>): Promise<Output<M>>
  /** Calls `onUpdate` at every change; resolves with the operation as it ended. */
  watchOperation(
    id: string,
    onUpdate: (operation: OperationView) => void,
    signal?: AbortSignal
  ): Promise<OperationView>
  /** The node's event log from a sequence number on; resolves or rejects when the stream ends. */
  events(from: number, onEvent: (event: EventView) => void, signal: AbortSignal): Promise<void>
  /** Raw bytes of a machine's console. */
  console(machine: string, kind: 'serial' | 'vnc'): Promise<Duplex>
}
