"use client";

import { ApiError, type ViewMessage } from "parlor-client";
import { useGameSync } from "parlor-client/react";
import { useMemo, useState } from "react";
import {
  type Command,
  type Envelope,
  movesOf,
  nameOf,
  nommie,
  type Phase,
  TRUMPS,
} from "@/lib/nommie";

interface TableProps {
  readonly id: string;
  /** What the server rendered; the connection goes on from there. */
  readonly initial: ViewMessage<Envelope>;
  readonly polling: boolean;
  readonly sockets: string;
}

export function Table({ id, initial, polling, sockets }: TableProps) {
  const game = useMemo(() => nommie(id, sockets), [id, sockets]);
  const { view, version, viewerSeat, status, pending, send, sync } = useGameSync<Envelope, Command>(
    {
      session: id,
      initial,
      transports: polling ? game.transports.slice(1) : game.transports,
      getToken: socketToken,
    },
  );
  const [problem, setProblem] = useState("");
  /** Version that our last move made: the next move waits until it is on screen. */
  const [made, setMade] = useState(0);

  const act = (work: () => Promise<unknown>) => async () => {
    setProblem("");
    try {
      await work();
    } catch (error) {
      setProblem(reasonOf(error));
    }
  };
  // The version at the moment of the click, not of the last render.
  const move = (command: Command) =>
    act(async () => {
      const { version } = sync.getState();
      setMade((await send(command, { lockVersion: version ?? 0 })).lockVersion);
    });

  const { snapshot, viewer_hand, viewer_legal } = view ?? initial.data;
  const { name, seating, round_no, dealer, host_seat, scores_total, winners } = snapshot.game;
  const me = viewerSeat === null ? null : seating[viewerSeat];
  const { phase } = snapshot;
  const round = phase.data?.round;
  const toAct = phase.data && "to_act" in phase.data ? phase.data.to_act : null;
  return (
    <>
      <h1>{name}</h1>
      <p role="status">
        {status.state} {status.transport}
      </p>
      <button type="button" onClick={act(() => game.refresh(sync))}>
        Refresh
      </button>
      <p>{describe(phase, round_no)}</p>
      <table>
        <thead>
          <tr>
            <th>Seat</th>
            <th>Bid</th>
            <th>Tricks</th>
            <th>Score</th>
          </tr>
        </thead>
        <tbody>
          {seating.map(({ seat, display_name, is_ai, is_ready }) => (
            <tr key={seat} aria-current={seat === toAct}>
              <th scope="row">
                {display_name ?? "free"}
                {seat === viewerSeat && " (you)"}
                {is_ai && " (bot)"}
                {round_no > 0 && seat === dealer && ", deals"}
                {seat === toAct && ", to act"}
                {phase.phase === "Init" && is_ready && ", ready"}
                {winners?.includes(seat) && ", has won"}
              </th>
              <td>{round?.bids[seat] ?? "–"}</td>
              <td>{round?.tricks_won[seat] ?? "–"}</td>
              <td>{scores_total[seat]}</td>
            </tr>
          ))}
        </tbody>
      </table>

      {phase.phase === "Trick" && (
        <ul className="hand" aria-label="Trick">
          {phase.data.current_trick.map(([seat, card]) => (
            <li key={seat}>
              {seating[seat]?.display_name}: {nameOf(card)}
            </li>
          ))}
        </ul>
      )}
      {viewer_hand && (
        <ul className="hand" aria-label="Your hand">
          {viewer_hand.map((card) => (
            <li key={card}>{nameOf(card)}</li>
          ))}
        </ul>
      )}

      <fieldset className="moves" disabled={pending > 0 || (version ?? 0) < made}>
        <legend>Your moves</legend>
        {phase.phase === "Init" && !me && <Move label="Join" onClick={move({ do: "join" })} />}
        {phase.phase === "Init" && me && (
          <Move
            label={me.is_ready ? "Not ready" : "Ready"}
            onClick={move({ do: "ready", is_ready: !me.is_ready })}
          />
        )}
        {phase.phase === "Init" && me && viewerSeat === host_seat && (
          <Move label="Add a bot" onClick={move({ do: "ai/add" })} />
        )}
        {movesOf(viewer_legal).map(({ label, command }) => (
          <Move key={label} label={label} onClick={move(command)} />
        ))}
      </fieldset>
      <p role="alert">{problem}</p>
    </>
  );
}

function Move({ label, onClick }: { label: string; onClick: () => void }) {
  return (
    <button type="button" onClick={onClick}>
      {label}
    </button>
  );
}

function describe({ phase, data }: Phase, round: number): string {
  if (!data)
    return phase === "Init" ? "Waiting for four players who are ready." : "The game is over.";
  const { hand_size, trump } = data.round;
  const trumps = trump ? `, ${TRUMPS[trump]}` : "";
  return `Round ${round} of 26, ${hand_size} cards${trumps}: ${phase}`;
}

/** From this app, which has the login; Parlor itself is asked by the socket alone. */
async function socketToken(): Promise<string> {
  const reply = await fetch("/api/ws-token");
  if (!reply.ok) throw new ApiError(reply.status, `HTTP_${reply.status}`, "no token for a socket");
  const { token } = (await reply.json()) as { token: string };
  return token;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof ApiError)) return String(error);
  return error.conflict ? "Somebody was faster: look again." : error.message;
}
