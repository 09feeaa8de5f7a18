import type { ComponentType } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { Frame } from './frame.tsx'
import { useHub } from './hub/console-hub.ts'
import { type Problem, toProblem } from './hub/problem.ts'
import { findSession, may, session } from './hub/session.ts'
import { read } from './language.ts'
import { findPage, type PageProps } from './page-table.ts'
import { SignInPage } from './pages/sign-in/sign-in-page.tsx'
import { Failure } from './parts/failure.tsx'
import { PART_TEXT } from './parts/part-text.ts'
import { Skeleton } from './parts/skeleton.tsx'
import { navigate, route } from './router.ts'

const SIGN_IN = 'sign-in'

export interface AppProps {
  readonly find?: typeof findPage
}

/** Whoever is signed in gets the page that the address names, all others that for signing in. */
export function App({ find = findPage }: AppProps) {
  const { api } = useHub()
  const [problem, setProblem] = useState<Problem>()
  const [first, secret] = route.value.path
  const link = first === SIGN_IN ? secret : undefined
  const ask = (): void => {
    setProblem(undefined)
    findSession(api).catch((error: unknown) => setProblem(toProblem(error)))
  }
  // Asked once: later answers tell when it has ended.
  useEffect(ask, [])
  const isIn = Boolean(session.value)
  // A link that has served its turn is not left in the address.
  useEffect(() => {
    if (isIn && first === SIGN_IN) navigate(['overview'])
  }, [isIn, first])
  if (problem) return <Failure problem={problem} onRetry={ask} />
  if (session.value === undefined) return <Skeleton />
  if (session.value === null || link !== undefined) return <SignInPage secret={link} />
  return (
    <Frame>
      {may('read') ? <CurrentPage key={first} find={find} /> : <p class="note">{read(PART_TEXT).readsNothing}</p>}
    </Frame>
  )
}

function CurrentPage({ find }: Required<AppProps>) {
  const [loaded, setLoaded] = useState<LoadedPage>()
  const [isMissing, setMissing] = useState(false)
  const { path } = route.value
  const load = find(path.length === 0 ? ['overview'] : path)
  useEffect(() => {
    let isCurrent = true
    const show = (Page: ComponentType<PageProps> | undefined): void => {
      if (isCurrent) setLoaded({ Page, of: load })
    }
    if (load) load().then(show, () => isCurrent && setMissing(true))
    else show(undefined)
    return () => {
      isCurrent = false
    }
  }, [load])
  if (isMissing) return <Failure problem={describeMissing()} onRetry={() => location.reload()} />
  if (!loaded || loaded.of !== load) return <Skeleton />
  if (!loaded.Page) return <p class="note">{read(PART_TEXT).notHere}</p>
  // Another thing is another page: nothing of the one before is shown, or acted on, under its name.
  return <loaded.Page key={path.join('/')} route={route.value} />
}

/** Browsers say it each in their own words, and in English. */
function describeMissing(): Problem {
  const { pageMissing, pageMissingDetail } = read(PART_TEXT)
  return { title: pageMissing, status: 0, detail: pageMissingDetail, code: 'page_missing' }
}

interface LoadedPage {
  readonly Page: ComponentType<PageProps> | undefined
  readonly of: ReturnType<typeof findPage>
}
