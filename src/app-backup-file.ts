/** For main.ts, which knows no room of the house. */
export { saveArchive } from './backup/archive-file.ts'
