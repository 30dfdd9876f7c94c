export const launch: number = 1
export interface Launcher {
  run(): Promise<void>
}
