/** The slider, the buttons, the speed, and as whom. Knows no version's content. */
import { type ReactNode, useId } from "react";
import type { Replay } from "./use-replay";

const SPEEDS = [1, 2, 5, 10] as const;

export function Controls({ replay, newest }: { readonly replay: Replay; readonly newest: number }) {
  const { version, seenAs, seats, playing, speed, go, setSeenAs, setPlaying, setSpeed } = replay;
  const [asId, speedId] = [useId(), useId()];
  const choices = seenAs === "spectator" || seats.includes(seenAs) ? seats : [...seats, seenAs];
  const step = (to: number) => {
    setPlaying(false);
    go(to);
  };
  return (
    <section className="replay-controls" aria-label="Versions">
      <input
        type="range"
        className="replay-slider"
        aria-label="Version"
        aria-valuetext={`${version} of ${newest}`}
        min={1}
        max={newest}
        value={version}
        onChange={(event) => step(Number(event.target.value))}
      />
      <div className="replay-row">
        <div className="replay-buttons">
          <Step label="First version" off={version <= 1} onPress={() => step(1)}>
            <path d="M5 5v10M15 5l-6 5 6 5" />
          </Step>
          <Step label="One version back" off={version <= 1} onPress={() => step(version - 1)}>
            <path d="M12.5 5l-6 5 6 5" />
          </Step>
          <Step
            label={playing ? "Pause" : "Play"}
            onPress={() => {
              if (!playing && version >= newest) go(1);
              setPlaying(!playing);
            }}
          >
            {playing ? <path d="M7 5v10M13 5v10" /> : <path d="M7 4.5v11l8.5-5.5z" />}
          </Step>
          <Step label="One version on" off={version >= newest} onPress={() => step(version + 1)}>
            <path d="M7.5 5l6 5-6 5" />
          </Step>
          <Step label="Newest version" off={version >= newest} onPress={() => step(newest)}>
            <path d="M15 5v10M5 5l6 5-6 5" />
          </Step>
        </div>
        <p className="replay-place">
          <strong>{version}</strong> of {newest}
        </p>
        <div className="replay-choice">
          <label htmlFor={speedId}>Speed</label>
          <select
            id={speedId}
            className="field"
            value={speed}
            onChange={(event) => setSpeed(Number(event.target.value))}
          >
            {SPEEDS.map((each) => (
              <option key={each} value={each}>
                {each} a second
              </option>
            ))}
          </select>
        </div>
        <div className="replay-choice">
          <label htmlFor={asId}>View as</label>
          <select
            id={asId}
            className="field"
            value={String(seenAs)}
            onChange={(event) => {
              const chosen = event.target.value;
              setSeenAs(chosen === "spectator" ? chosen : Number(chosen));
            }}
          >
            <option value="spectator">spectator</option>
            {choices.map((seat) => (
              <option key={seat} value={seat}>
                seat {seat}
              </option>
            ))}
          </select>
        </div>
      </div>
    </section>
  );
}

interface StepProps {
  readonly label: string;
  readonly off?: boolean;
  readonly onPress: () => void;
  readonly children: ReactNode;
}

/** Stays in the order of the keyboard when there is nowhere to go, so that no focus is lost. */
function Step({ label, off = false, onPress, children }: StepProps) {
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={label}
      title={label}
      aria-disabled={off || undefined}
      onClick={() => {
        if (!off) onPress();
      }}
    >
      <svg className="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
        {children}
      </svg>
    </button>
  );
}
