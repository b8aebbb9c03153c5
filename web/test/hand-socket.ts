/** A socket that a test speaks through by hand: it says what it is told to, and hears nothing. */
export class Socket {
  static all: Socket[] = [];
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  onopen = null;
  onerror = null;
  readyState = 1;
  constructor(readonly url: string) {
    Socket.all.push(this);
  }
  send(): void {}
  close(): void {}
  says(...messages: object[]): void {
    for (const message of messages) this.onmessage?.({ data: JSON.stringify(message) });
  }
}
