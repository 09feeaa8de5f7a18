import type { ComponentChildren } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { type Problem, toProblem } from '../hub/problem.ts'
import { read } from '../language.ts'
import { Dialog } from './dialog.tsx'
import { Failure } from './failure.tsx'
import { PART_TEXT } from './part-text.ts'

export interface ActionButtonProps {
  readonly label: string
  readonly tone?: 'main' | 'danger' | undefined
  /** Whether there is anything to do now; what was done is told all the same. */
  readonly isOffered?: boolean
  /** What will happen, in full: it is asked once. Without it the action begins at once. */
  readonly consequence?: ComponentChildren
  /** Of the button in the question, where it says more than the label. */
  readonly confirm?: string
  /** Resolves to what happened, which is shown; nothing where the page shows it by itself. */
  readonly act: () => Promise<string | undefined>
}

type Step = 'idle' | 'asking' | { readonly done: string } | { readonly problem: Problem }

/** A button that does something to the hub: asks once where it is dangerous, and tells how it went. */
export function ActionButton(props: ActionButtonProps) {
  const { label, tone, isOffered = true, consequence, confirm = label, act } = props
  const [step, setStep] = useState<Step>('idle')
  // Beside the step: who closes the question does not call back what has begun.
  const [isActing, setActing] = useState(false)
  const words = read(PART_TEXT)
  const way = useRef<HTMLButtonElement>(null)
  // What had the focus, the answer to the question, is gone.
  useEffect(() => {
    if (typeof step === 'object') way.current?.focus()
  }, [step])
  const close = (): void => setStep('idle')
  const begin = async (): Promise<void> => {
    setActing(true)
    try {
      const done = await act()
      setStep(done === undefined ? 'idle' : { done })
    } catch (error) {
      setStep({ problem: toProblem(error) })
    } finally {
      setActing(false)
    }
  }
  return (
    <>
      {isOffered && (
        <button
          type="button"
          class={tone ?? ''}
          disabled={isActing}
          onClick={consequence === undefined ? begin : () => setStep('asking')}
        >
          {label}
        </button>
      )}
      {step !== 'idle' && (
        <Dialog title={label} onClose={close}>
          {typeof step === 'object' && 'problem' in step && <Failure problem={step.problem} />}
          {typeof step === 'object' && 'done' in step && <p role="status">{step.done}</p>}
          {step === 'asking' && <div>{consequence}</div>}
          <div class="row">
            <button ref={way} type="button" onClick={close}>
              {step === 'asking' && !isActing ? words.cancel : words.close}
            </button>
            {step === 'asking' && (
              <button type="button" class={tone ?? 'main'} disabled={isActing} onClick={begin}>
                {confirm}
              </button>
            )}
          </div>
        </Dialog>
      )}
    </>
  )
}
