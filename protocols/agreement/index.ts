export {
  type ReceiveOptions,
  receiveAgreement,
  type SendOptions,
  sendAgreement
} from './channel.ts'
export {
  type AgreementRefusal,
  type AgreementRefusalCode
} from './messages.ts'
export { SendQueue } from './send-queue.ts'
