/** The view that a board's page starts with, so that the first paint asks for nothing. */
import { initialFromPage, type ViewMessage } from "parlor-client";
import type { Board } from "./model";

/** The board that this page has just made: its view came with the answer. */
let handedOver: ViewMessage<Board> | null = null;

/** Keeps a view for the page that is opened next. */
export function handOver(view: ViewMessage<Board>): void {
  handedOver = view;
}

/** What is known of the board without asking: handed over, or served with the page. */
export function firstView(session: string): ViewMessage<Board> | null {
  return handedOver?.session === session ? handedOver : initialFromPage<Board>(session);
}
