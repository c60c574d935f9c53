/** Where snapshots survive the process. */
export interface SnapshotCache {
  read(): unknown
  write(snapshot: unknown): void
  settled(): Promise<void>
}
