import { useHub } from '../../hub/console-hub.ts'
import { useMaking } from '../../hub/making.ts'
import { useOverview } from '../../hub/overview.ts'
import { saveFile } from '../../hub/save-file.ts'
import { read } from '../../language.ts'
import { Answer } from '../../parts/answer.tsx'
import { Failure } from '../../parts/failure.tsx'
import { Moment } from '../../parts/moment.tsx'
import { SelectField } from '../../parts/select-field.tsx'
import { SETTINGS_TEXT } from './settings-text.ts'

const CONTENTS = ['hub', 'ca'] as const
/** As the API asks for. */
const SHORTEST_PASSPHRASE = 12

interface BackupWish {
  readonly passphrase: string
  readonly contents: (typeof CONTENTS)[number]
}

const EMPTY: BackupWish = { passphrase: '', contents: 'hub' }

/** An encrypted copy of the hub, made now and kept by the browser. */
export function BackupTab() {
  const { api } = useHub()
  const words = read(SETTINGS_TEXT)
  const overview = useOverview()
  const { wish, change, made, problem, isBusy, submit } = useMaking(EMPTY, async (asked) => {
    const file = await api.download('POST', 'api/backup', asked)
    saveFile(file)
    return file.name
  })
  return (
    <>
      <Answer of={overview} lines={1}>
        {({ lastBackupAt }) => (
          <p>
            {words.lastScheduled} {lastBackupAt === null ? words.noBackup : <Moment at={lastBackupAt} />}
          </p>
        )}
      </Answer>
      <form class="section" onSubmit={submit}>
        {problem && <Failure problem={problem} />}
        {made !== undefined && (
          <p class="note good" role="status">
            {words.backupSaved(made)}
          </p>
        )}
        <label class="field">
          <span>{words.passphrase}</span>
          <input
            type="password"
            autocomplete="new-password"
            required
            minLength={SHORTEST_PASSPHRASE}
            value={wish.passphrase}
            onInput={({ currentTarget }) => change({ passphrase: currentTarget.value })}
          />
          <small>{words.passphraseHint}</small>
        </label>
        <SelectField
          label={words.contents}
          choices={CONTENTS.map((value) => ({ value, label: words.contentsOf[value] }))}
          value={wish.contents}
          onChange={(contents) => change({ contents })}
        />
        <button type="submit" class="main" disabled={isBusy}>
          {words.makeBackup}
        </button>
      </form>
    </>
  )
}
