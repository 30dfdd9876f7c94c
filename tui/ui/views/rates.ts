import type { ContractView } from '../port.ts'

/** `1.5/30d`. */
export function storageRate(contract: ContractView): string {
  return `${contract.storagePrice}/${contract.storagePeriodDays}d`
}

/** `0.002016/h`. */
export function runningRate(contract: ContractView): string {
  const period = contract.runningPeriodS
  const unit = period === 3600 ? 'h' : period === 60 ? 'min' : `${period}s`
  return `${contract.runningPrice}/${unit}`
}
