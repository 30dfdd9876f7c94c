export { CONFIG_CODES, type ConfigCode, ConfigError } from './config-error.ts'
export {
  type DevelopmentGenesisOptions,
  formatGenesis,
  loadGenesis,
  makeDevelopmentGenesis,
  parseGenesis
} from './genesis-file.ts'
export { type InitOptions, type InitResult, initNode } from './init-node.ts'
export { type ConfigWishes, loadConfig, type NodeConfig, type Role } from './node-config.ts'
