// Run as a process of its own by the lock's tests: opens the database, says so, and holds it until told to close.
import { openDatabase } from '../open-database.ts'

const [url = '', address] = process.argv.slice(2)

try {
  const database = await openDatabase(url, address === undefined ? {} : { address })
  process.stdout.write('open\n')
  process.stdin.on('end', () => void database.close()).resume()
} catch (error) {
  process.stdout.write(`${(error as Error).message}\n`)
  process.exitCode = 1
}
